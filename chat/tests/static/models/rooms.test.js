import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Rooms } from "../../../static/chat/models/rooms.js";
import { alice, bob, idsOf, mallory, message, room } from "../server.js";

const ROOM = 7;

let rooms;
let blocked;
const posts = (id, author = bob, members = {}, isBeingRead = false) =>
  rooms.posted({ room: ROOM, version: id, message: message(id, author, members) }, isBeingRead);
const deletes = (id, version, author = bob, members = {}) => {
  const gone = message(id, author, { version, deleted: { by: author, at: "" }, ...members });
  rooms.turned({ room: ROOM, version, message: gone }, false);
};
const counts = () => {
  const { unread, mentions, threads } = rooms.get(ROOM);
  return { unread, mentions, threads };
};

beforeEach(() => {
  blocked = new Set();
  rooms = new Rooms(alice, [room(ROOM, { version: 3, last_read: 3 })], blocked);
});

test("what others write counts as unread, and as a mention where it tells the person", () => {
  posts(4);
  posts(5, bob, { told: [alice.id] });
  posts(6, bob, { told: "everyone" });
  posts(7, bob, { told: [mallory.id] });
  assert.deepEqual(counts(), { unread: 4, mentions: 2, threads: 0 });
});

test("what one writes oneself, notices and what blocked people write do not count", () => {
  blocked.add(mallory.id);
  posts(4, alice, { told: "everyone" });
  posts(5, bob, { kind: "notice" });
  posts(6, mallory, { told: [alice.id] });
  assert.deepEqual(counts(), { unread: 0, mentions: 0, threads: 0 });
});

test("what is read as it comes does not count", () => {
  posts(4, bob, {}, true);
  assert.deepEqual(counts(), { unread: 0, mentions: 0, threads: 0 });
});

test("a replay after a reconnect adds nothing to what the server counted", () => {
  rooms.replace([room(ROOM, { version: 5, last_read: 3, unread: 2 })]);
  posts(4);
  posts(5);
  posts(6);
  assert.equal(counts().unread, 3);
});

test("a reply counts for its thread alone, and only where it tells the person", () => {
  posts(4, bob, { thread: 1 });
  posts(5, bob, { thread: 1, told: [alice.id] });
  assert.deepEqual(counts(), { unread: 0, mentions: 0, threads: 1 });
});

test("what is deleted before it was read counts no more, and once", () => {
  posts(4);
  posts(5, bob, { told: [alice.id] });
  deletes(5, 6, bob, { told: [alice.id] });
  deletes(5, 7, bob, { told: [alice.id] });
  assert.deepEqual(counts(), { unread: 1, mentions: 0, threads: 0 });
});

test("what was read and is deleted then takes nothing from the count", () => {
  posts(4);
  deletes(2, 5);
  assert.equal(counts().unread, 1);
});

test("many that are deleted at once count no more, as far as they were unread", () => {
  for (const id of [4, 5, 6]) posts(id);
  const counted = [2, 4, 5].map((position) => ({ position, author: bob.id }));
  rooms.takenBack({ room: ROOM, version: 7, messages: [2, 4, 5], counted });
  assert.equal(counts().unread, 1);
});

test("counts stay between nothing and a thousand", () => {
  rooms.put(room(ROOM, { version: 3, unread: 1000 }));
  posts(4);
  assert.equal(counts().unread, 1000);
  rooms.put(room(ROOM, { version: 4 }));
  rooms.takenBack({ room: ROOM, version: 5, messages: [4], counted: [{ position: 4, author: bob.id }] });
  assert.equal(counts().unread, 0);
});

test("the server's counts replace the page's own when the read position moves", () => {
  posts(4);
  posts(5);
  rooms.moved({ room: ROOM, position: 4, marks: 0, unread: 1, mentions: 0 }, false);
  assert.deepEqual([counts().unread, rooms.get(ROOM).last_read], [1, 4]);
});

test("all rooms together have the sum of what is shown of each, and archived ones have none", () => {
  rooms.replace([
    room(1, { unread: 3, mentions: 1 }),
    room(2, { unread: 5, mentions: 2, quiet: true }),
    room(3, { unread: 4, people: [bob] }),
    room(4, { unread: 9, archived: true }),
  ]);
  assert.deepEqual([rooms.unread, rooms.mentions], [3 + 2 + 4, 1 + 2 + 4]);
});

test("rooms that were put in their place come first, the others by name, with numbers as people count", () => {
  const named = [room(1, { name: "room 10" }), room(2, { name: "Room 9" }), room(3, { name: "zoo", place: 1 })];
  rooms.replace([...named, room(4, { name: "alpha", place: 2 })]);
  assert.deepEqual(idsOf(rooms.sorted), [3, 4, 2, 1]);
});

test("a room that was put away and is shown stays, though the server leaves it out", () => {
  rooms.put(room(8, { put_away: true }));
  rooms.replace([room(ROOM)], 8);
  assert.deepEqual(idsOf(rooms.sorted).sort(), [ROOM, 8].sort());
  rooms.replace([room(ROOM)], ROOM);
  assert.deepEqual(idsOf(rooms.sorted), [ROOM]);
});

test("a setting that is off is not told, and is off here too", () => {
  rooms.put(room(ROOM, { slow: 30, description: "old", locked: true }));
  rooms.settled({ room: ROOM, settings: { name: "renamed", locked: true } });
  const { name, slow, description, locked } = rooms.get(ROOM);
  assert.deepEqual({ name, slow, description, locked }, { name: "renamed", slow: 0, description: "", locked: true });
});

test("a direct conversation is called by its people's new names", () => {
  rooms.replace([room(1, { kind: "direct", name: "", people: [bob] })]);
  rooms.renamed({ ...bob, name: "Robert" });
  assert.equal(rooms.get(1).people[0].name, "Robert");
});
