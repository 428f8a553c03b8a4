import "../page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { orderWith, roomsInSight, roomsNamed, sectionOf } from "../../../static/chat/rules/room-sections.js";
import { bob, idsOf, mallory, room } from "../server.js";

const listed = (rooms, shown) => ({ rooms: { sorted: rooms }, shown });

test("a favourite stands among the favourites, whether it is a room or a direct conversation", () => {
  const rooms = [room(1), room(2, { people: [bob] }), room(3, { favourite: true, people: [bob] })];
  assert.deepEqual(rooms.map(sectionOf), ["rooms", "directs", "favourites"]);
});

test("what was put away is out of sight until something is new in it", () => {
  const away = { put_away: true };
  const rooms = [room(1, away), room(2, { ...away, unread: 1 }), room(3, { ...away, threads: 1 })];
  assert.deepEqual(idsOf(roomsInSight(listed(rooms))), [2, 3]);
});

test("the shown room is in sight, though it was put away or archived", () => {
  const rooms = [room(1, { put_away: true }), room(2, { archived: true })];
  assert.deepEqual(idsOf(roomsInSight(listed(rooms, 2))), [2]);
});

test("rooms are found by a word of their name, the best match first", () => {
  const rooms = [room(1, { name: "the design team" }), room(2, { name: "design" }), room(3, { name: "redesign" })];
  assert.deepEqual(idsOf(roomsNamed(listed(rooms), "design")), [2, 1, 3]);
});

test("a direct conversation is found by the names and usernames of its people", () => {
  const rooms = [room(1, { people: [{ ...bob, name: "Robert" }, mallory] })];
  for (const wanted of ["rob", "bob", "mal"]) assert.deepEqual(idsOf(roomsNamed(listed(rooms), wanted)), [1]);
});

test("a room that was put away is found by its whole name only", () => {
  const rooms = [room(1, { name: "design", put_away: true })];
  assert.deepEqual(idsOf(roomsNamed(listed(rooms), "desi")), []);
  assert.deepEqual(idsOf(roomsNamed(listed(rooms), "Design")), [1]);
});

test("a room that is moved gives its whole section places, and leaves the other sections as they are", () => {
  const [a, b, c] = [room(1), room(2), room(3)];
  const direct = room(4, { people: [bob] });
  const favourite = room(5, { favourite: true, place: 1 });
  const all = [favourite, a, b, c, direct];
  assert.deepEqual(orderWith(all, c, a, false), [5, 3, 1, 2]);
  assert.deepEqual(orderWith(all, a, b, true), [5, 2, 1, 3]);
});
