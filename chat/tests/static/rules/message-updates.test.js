import assert from "node:assert/strict";
import { test } from "node:test";
import { withDeleted, withoutRemoved, withQuote, withReaction } from "../../../static/chat/rules/message-updates.js";
import { alice, bob, idsOf, mallory, message } from "../server.js";

const reacted = (version, user, emoji, added, order) => ({ message: 1, version, user, emoji, added, order });
const chips = ({ reactions = [] }) => reactions.map(({ emoji, users }) => [emoji, ...idsOf(users)]);

test("a deleted message keeps its place and its author, and loses its words", () => {
  const [gone] = withDeleted([message(1, bob, { reactions: [], pinned: { by: bob } })], {
    messages: [1],
    version: 5,
    by: mallory,
    at: "2026-03-02T12:00:00Z",
  });
  assert.deepEqual([gone.body, gone.html, gone.reactions, gone.pinned], ["", "", undefined, undefined]);
  assert.deepEqual([gone.author, gone.position, gone.deleted.by, gone.version], [bob, 1, mallory, 5]);
});

test("what quotes a deleted message shows that, and what quotes another stays the same object", () => {
  const before = [message(2, bob, { quote: { id: 1, body: "secret" } }), message(3, bob, { quote: { id: 9 } })];
  const now = withDeleted(before, { messages: [1], version: 5, by: mallory, at: "" });
  assert.deepEqual(now[0].quote, { id: 1, deleted: true });
  assert.equal(now[1], before[1]);
});

test("messages that are gone for good stand nowhere, nor in quotes", () => {
  const before = [message(1), message(2, bob, { quote: { id: 1, body: "secret" } }), message(3)];
  const now = withoutRemoved(before, { messages: [1], version: 5 });
  assert.deepEqual(idsOf(now), [2, 3]);
  assert.equal(now[0].quote, undefined);
});

test("a thread shows how many replies are left, and none where none is", () => {
  const root = message(1, bob, { replies: { count: 3, last_at: "then", people: [bob] } });
  const event = { messages: [8], version: 9, by: bob, at: "" };
  const [fewer] = withDeleted([root], { ...event, threads: [{ id: 1, count: 2, last_at: "before" }] });
  assert.deepEqual(fewer.replies, { count: 2, last_at: "before", people: [bob] });
  const [none] = withDeleted([root], { ...event, threads: [{ id: 1, count: 0, last_at: null }] });
  assert.equal(none.replies, undefined);
});

test("a reaction joins those of the same emoji, and goes without a trace when it is taken back", () => {
  const whole = message(1, bob, { reactions: [{ emoji: "👍", users: [bob] }] });
  const [both] = withReaction([whole], reacted(2, alice, "👍", true, ["👍"]));
  assert.deepEqual(chips(both), [["👍", bob.id, alice.id]]);
  const [left] = withReaction([both], reacted(3, bob, "👍", false, ["👍"]));
  const [none] = withReaction([left], reacted(4, alice, "👍", false, []));
  assert.deepEqual([chips(left), none.reactions], [[["👍", alice.id]], undefined]);
});

test("reactions stand in the order that the server gives", () => {
  const whole = message(1, bob, { reactions: [{ emoji: "👍", users: [bob] }] });
  const [now] = withReaction([whole], reacted(2, alice, "🎉", true, ["🎉", "👍"]));
  assert.deepEqual(chips(now), [
    ["🎉", alice.id],
    ["👍", bob.id],
  ]);
});

test("someone who reacts twice is named once", () => {
  const whole = message(1, bob, { reactions: [{ emoji: "👍", users: [alice] }] });
  const [now] = withReaction([whole], reacted(2, alice, "👍", true, ["👍"]));
  assert.deepEqual(chips(now), [["👍", alice.id]]);
});

test("an event that is older than a message does not change it", () => {
  const before = [message(1, bob, { version: 7 })];
  assert.equal(withReaction(before, reacted(7, alice, "👍", true, ["👍"])), before);
  assert.equal(withDeleted(before, { messages: [1], version: 6, by: bob, at: "" }), before);
});

test("an edited message reads in quotes as it does itself", () => {
  const before = [message(2, bob, { quote: { id: 1, body: "old" } })];
  const [now] = withQuote(before, { version: 5, quote: { id: 1, body: "new" } });
  assert.deepEqual([now.quote.body, now.version], ["new", 5]);
});
