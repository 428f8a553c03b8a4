import "../page.js";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { actionsOn, allows, blockOf, isPossible } from "../../../static/chat/rules/permissions.js";

// The server decided each case (chat/tests/permissions/browser_cases.py).
const { permissions, messages, viewers } = JSON.parse(readFileSync(new URL("permissions.json", import.meta.url)));
const ALICE = { id: 1 };

function viewerOf({ room, administrator, blocks }, roleOf = () => "member") {
  return { permissions, me: ALICE, room, isAdministrator: administrator, blocks: new Set(blocks), roleOf };
}

const named = ({ room, administrator }) => `${JSON.stringify(room)}${administrator ? ", administrator" : ""}`;

test("the browser offers with each message what the server would do", () => {
  for (const viewer of viewers) {
    for (const [name, message] of Object.entries(messages)) {
      const offered = [
        ...actionsOn(
          viewerOf(viewer, () => viewer.ranks[name]),
          message,
        ),
      ]
        .sort()
        .join(" ");
      assert.equal(offered, viewer.may[name], `${name}: ${named(viewer)}`);
    }
  }
});

test("the browser knows what is possible in a room, and why one cannot write there", () => {
  for (const viewer of viewers) {
    const seen = viewerOf(viewer);
    const possible = permissions.acts.owner
      .concat(permissions.acts.administrator)
      .filter((act) => isPossible(seen, act));
    assert.deepEqual([...new Set(possible)].sort(), viewer.possible, named(viewer));
    assert.equal(blockOf(seen)?.why ?? null, viewer.block, named(viewer));
  }
});

test("what a role allows is known also where the room is archived", () => {
  const archived = viewers.find(({ room }) => room.archived && room.role === "owner");
  assert.deepEqual(
    ["change_settings", "archive"].map((act) => [allows(viewerOf(archived), act), isPossible(viewerOf(archived), act)]),
    [
      [true, false],
      [true, true],
    ],
  );
});

test("nothing is offered with what others said until it is known who protects them", () => {
  const owner = viewers.find(({ room, administrator }) => room.role === "owner" && !administrator);
  assert.ok(actionsOn(viewerOf(owner), messages["of a member"]).has("delete"));
  const unknown = viewerOf(owner, () => null);
  assert.ok(!actionsOn(unknown, messages["of a member"]).has("delete"));
  assert.ok(actionsOn(unknown, messages.own).has("delete"));
});

test("nothing is possible in a room that the page does not know", () => {
  assert.ok(!isPossible(viewerOf({ room: undefined, administrator: true }), "lock"));
});
