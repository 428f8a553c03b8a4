import "../page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf } from "../../../static/chat/rules/log-rows.js";
import { alice, bob, mallory, message } from "../server.js";

const at = (created_at, members = {}) => ({ created_at, ...members });
const chat = { me: alice, counts: ({ author }) => author.id !== alice.id };
const rows = (messages, { newAfter = null, pending = [] } = {}) =>
  rowsOf({ timeline: { messages, newAfter }, pending, chat });
const typesOf = (list) => list.map(({ type }) => type);
const notice = (id, what, author = bob) => message(id, author, { kind: "notice", notice: { what } });

test("each day begins with a line", () => {
  const messages = [
    message(1, bob, at("2026-03-01T23:59:00Z")),
    message(2, bob, at("2026-03-02T00:01:00Z")),
    message(3, bob, at("2026-03-02T20:00:00Z")),
  ];
  assert.deepEqual(typesOf(rows(messages)), ["day", "message", "day", "message", "message"]);
});

test("what a server dates back by less than a day stands under the line that is there", () => {
  const messages = [message(1, bob, at("2026-03-02T00:00:01Z")), message(2, bob, at("2026-03-01T23:59:59Z"))];
  assert.deepEqual(typesOf(rows(messages)), ["day", "message", "message"]);
});

test("a day to which imported messages come back has another line, under a key of its own", () => {
  const days = ["2026-03-02T10:00:00Z", "2026-02-20T10:00:00Z", "2026-03-02T11:00:00Z"];
  const drawn = rows(days.map((day, index) => message(index + 1, bob, at(day))));
  const keys = drawn.filter(({ type }) => type === "day").map(({ key }) => key);
  assert.equal(new Set(keys).size, 3);
});

test("the “New” line stands before the first unread message of someone else, and once", () => {
  const messages = [message(1), message(2, alice), message(3), message(4)];
  assert.deepEqual(typesOf(rows(messages, { newAfter: 1 })), [
    "day",
    "message",
    "message",
    "new",
    "message",
    "message",
  ]);
  assert.ok(!typesOf(rows(messages, { newAfter: 4 })).includes("new"));
});

test("what one person says within five minutes belongs together", () => {
  const messages = [
    message(1, bob, at("2026-03-02T10:00:00Z")),
    message(2, bob, at("2026-03-02T10:04:59Z")),
    message(3, mallory, at("2026-03-02T10:05:00Z")),
    message(4, bob, at("2026-03-02T10:05:01Z")),
    message(5, bob, at("2026-03-02T10:10:01Z")),
  ];
  const [, ...drawn] = rows(messages);
  assert.deepEqual(
    drawn.map(({ next }) => next),
    [false, true, false, false, false],
  );
});

test("a message after the “New” line has its author's name again", () => {
  const [, first, , second] = rows([message(1), message(2)], { newAfter: 1 });
  assert.deepEqual([first.next, second.next], [false, false]);
});

test("people who come and go one after another share one line", () => {
  const drawn = rows([notice(1, "joined"), notice(2, "left"), message(3), notice(4, "joined")]);
  assert.deepEqual(typesOf(drawn), ["day", "comings", "message", "comings"]);
  assert.equal(drawn[1].messages.length, 2);
});

test("other notices stand in lines of their own", () => {
  assert.deepEqual(typesOf(rows([notice(1, "joined"), notice(2, "locked")])), ["day", "comings", "message"]);
});

test("what is on its way stands last, as the person's own, until the stored message is there", () => {
  const pending = [{ client_id: "mine", kind: "text", body: "Hello", created_at: "2026-03-02T10:00:30Z" }];
  const [, , mine] = rows([message(1)], { pending });
  assert.deepEqual([mine.message.body, mine.message.author], ["Hello", alice]);
  const stored = message(2, alice, { client_id: "mine" });
  assert.deepEqual(typesOf(rows([message(1), stored], { pending })), ["day", "message", "message"]);
});

test("a message keeps its key when it is stored, so that it is not drawn anew", () => {
  const pending = [{ client_id: "mine", kind: "text", body: "Hello", created_at: "2026-03-02T10:00:30Z" }];
  const before = rows([], { pending }).at(-1);
  const after = rows([message(2, alice, { client_id: "mine" })]).at(-1);
  assert.equal(before.key, after.key);
});
