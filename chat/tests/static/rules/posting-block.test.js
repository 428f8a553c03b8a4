import "../page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { postingBlockOf } from "../../../static/chat/rules/posting-block.js";
import { isoTime } from "../page.js";
import { bob, mallory, room } from "../server.js";

const NONE = new Set();
const whyOf = (members, { moderates = false, blocks = NONE } = {}) =>
  postingBlockOf(room(1, members), moderates, blocks)?.why ?? null;

test("nothing keeps a member from writing in an open room", () => {
  assert.equal(whyOf({}), null);
});

test("moderators write in a locked or read-only room, and members do not", () => {
  for (const members of [{ locked: true }, { read_only: true }]) {
    assert.equal(whyOf(members), Object.keys(members)[0]);
    assert.equal(whyOf(members, { moderates: true }), null);
  }
});

test("in an archived room nobody writes, moderators included", () => {
  assert.equal(whyOf({ archived: true, locked: true }, { moderates: true }), "archived");
});

test("a mute holds until its time has come", () => {
  assert.equal(whyOf({ muted: { until: isoTime(1000) } }), "muted");
  assert.equal(whyOf({ muted: { until: isoTime(-1000) } }), null);
  const { until, reason } = postingBlockOf(room(1, { muted: { until: isoTime(1000), reason: "spam" } }), false, NONE);
  assert.deepEqual([until, reason], [isoTime(1000), "spam"]);
});

test("one does not write to the person one blocks, and still to several people one of whom is blocked", () => {
  const blocks = new Set([mallory.id]);
  assert.equal(whyOf({ people: [mallory] }, { blocks }), "blocked");
  assert.equal(whyOf({ people: [bob] }, { blocks }), null);
  assert.equal(whyOf({ people: [bob, mallory] }, { blocks }), null);
});

test("a direct conversation ends when all of its others have deleted their accounts", () => {
  const gone = { ...bob, deleted: true };
  assert.equal(whyOf({ people: [gone] }), "deleted");
  assert.equal(whyOf({ people: [gone, mallory] }), null);
});

test("notes to oneself are always open", () => {
  assert.equal(whyOf({ people: [] }), null);
});
