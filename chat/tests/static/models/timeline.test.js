import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Timeline } from "../../../static/chat/models/timeline.js";
import { bob, changesOf, idsOf, mallory, message } from "../server.js";

const many = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const changed = (id, version, members = {}) => message(id, bob, { version, ...members });

let timeline;
const ids = () => idsOf(timeline.messages);
const versions = () => timeline.messages.map(({ id, version }) => `${id}:${version}`).join(" ");

beforeEach(() => {
  timeline = new Timeline(7);
});

test("a message that is posted stands at the end, and one that is told twice stands there once", () => {
  timeline.reset({ messages: many(1, 2), more: false }, 2);
  timeline.upsert(message(3), true);
  timeline.upsert(message(3), true);
  assert.deepEqual(ids(), [1, 2, 3]);
});

test("messages that come out of order stand by their positions", () => {
  timeline.reset({ messages: [message(1)], more: false }, 1);
  for (const id of [4, 2, 3]) timeline.upsert(message(id), true);
  assert.deepEqual(ids(), [1, 2, 3, 4]);
});

test("a change replaces the message, and an older one that comes late does not", () => {
  timeline.reset({ messages: many(1, 2), more: false }, 2);
  timeline.upsert(changed(1, 9, { body: "new" }), true);
  timeline.upsert(changed(1, 5, { body: "old" }), true);
  assert.equal(versions(), "1:9 2:2");
  assert.equal(timeline.find(1).body, "new");
});

test("nothing is added before the first page is known", () => {
  timeline.upsert(message(1), true);
  assert.deepEqual(ids(), []);
  assert.equal(timeline.known, false);
});

test("a page that was read before a change does not overwrite it", () => {
  timeline.reset({ messages: many(10, 11), more: true }, 11);
  timeline.waits("older");
  timeline.upsert(changed(3, 15), true);
  timeline.upsert(message(16), true);
  timeline.prepend({ messages: many(2, 3), more: false }, 10);
  assert.equal(versions(), "2:2 3:15 10:10 11:11 16:16");
});

test("a message that is deleted while a page is on its way is a tombstone in that page", () => {
  timeline.reset({ messages: [message(10)], more: true }, 10);
  timeline.waits("older");
  timeline.deleted({ messages: [5], version: 12, at: "2026-03-02T12:00:00Z", by: mallory });
  timeline.prepend({ messages: many(4, 5), more: false }, 10);
  assert.equal(timeline.find(5).deleted.by, mallory);
  assert.equal(timeline.find(5).body, "");
  assert.equal(timeline.find(4).deleted, undefined);
});

test("an older page that comes after the history was reset is dropped", () => {
  timeline.reset({ messages: [message(10)], more: true }, 10);
  timeline.waits("older");
  timeline.reset({ messages: [message(50)], more: true }, 50);
  timeline.prepend({ messages: [message(9)], more: false }, 10);
  assert.deepEqual(ids(), [50]);
});

test("a page that does not come is named, until it is asked for again", () => {
  timeline.reset({ messages: [message(10)], more: true }, 10);
  timeline.waits("older");
  timeline.fails();
  assert.deepEqual([timeline.failed, timeline.loading], ["older", null]);
  timeline.waits("older");
  assert.deepEqual([timeline.failed, timeline.loading], [null, "older"]);
});

test("a change of a message further up than the page has is left out, since its page will bring it", () => {
  timeline.reset({ messages: [message(10)], more: true }, 10);
  timeline.upsert(changed(3, 11), true);
  assert.deepEqual(ids(), [10]);
});

test("who follows the end keeps the last 600 messages, and the rest can be had again", () => {
  timeline.reset({ messages: many(1, 600), more: false }, 600);
  for (const id of [601, 602]) timeline.upsert(message(id), true);
  assert.deepEqual([ids().length, ids()[0], timeline.last], [600, 3, 602]);
  assert.equal(timeline.more, true);
});

test("who reads further up keeps what they read, and in the end loses what comes in", () => {
  timeline.reset({ messages: many(1, 600), more: false }, 600);
  for (let id = 601; id <= 1300; id += 1) timeline.upsert(message(id), false);
  assert.deepEqual([ids()[0], timeline.last, timeline.complete], [1, 1200, false]);
  timeline.append({ messages: many(1201, 1300), later: false }, 1200);
  assert.deepEqual([timeline.last, timeline.complete], [1300, true]);
});

test("with all that was here, everything older is gone for good as well", () => {
  timeline.reset({ messages: many(5, 6), more: true }, 6);
  timeline.removed({ messages: [5, 6], version: 7 });
  assert.deepEqual([ids(), timeline.more], [[], false]);
});

test("nothing is drawn again for an event that changes nothing here", () => {
  timeline.reset({ messages: many(1, 2), more: false }, 2);
  const nothing = [
    () => timeline.deleted({ messages: [99], version: 5, by: bob, at: "" }),
    () => timeline.requoted({ quote: { id: 99 }, version: 5 }),
    () => timeline.renamed({ id: 99, username: "carol", name: "Carol" }),
    () => timeline.upsert(changed(1, 0), true),
  ];
  assert.deepEqual(
    nothing.map((act) => changesOf(timeline, act)),
    [0, 0, 0, 0],
  );
  assert.equal(
    changesOf(timeline, () => timeline.renamed({ ...bob, name: "Robert" })),
    1,
  );
});

test("what was seen by number is the version from which a reconnect goes on", () => {
  timeline.reset({ messages: [message(3)], more: false }, 3);
  timeline.reach(8);
  timeline.reach(5);
  assert.equal(timeline.version, 8);
});
