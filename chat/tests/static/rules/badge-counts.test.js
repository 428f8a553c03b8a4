import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingIn } from "../../../static/chat/rules/badge-counts.js";
import { bob, room } from "../server.js";

const counts = { unread: 5, mentions: 2 };

test("a room shows what is unread and what mentions the person", () => {
  assert.deepEqual(waitingIn(room(1, counts)), { unread: 5, mentions: 2 });
});

test("a quiet room shows mentions alone", () => {
  assert.deepEqual(waitingIn(room(1, { ...counts, quiet: true })), { unread: 2, mentions: 2 });
});

test("in a direct conversation every message counts as a mention, unless it is quiet", () => {
  assert.deepEqual(waitingIn(room(1, { ...counts, people: [bob] })), { unread: 5, mentions: 5 });
  assert.deepEqual(waitingIn(room(1, { ...counts, people: [bob], quiet: true })), { unread: 2, mentions: 2 });
});
