import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Chat } from "../../../static/chat/models/chat.js";
import { isoTime, pass, settled } from "../page.js";
import { alice, bob, idsOf, later, mallory, message, refusal, room, Server } from "../server.js";

const [GENERAL, QUIET] = [7, 8];
const MEMBER = ["post", "react", "pin", "report"];
const MODERATOR = [...MEMBER, "post_always", "delete_any"];

let server;
let chat;
let pages; // the server's JSON answers, by the end of their address

globalThis.fetch = async (url) => {
  const [, answer] = Object.entries(pages).find(([path]) => url.split("?")[0].endsWith(path)) ?? [];
  return { ok: answer !== undefined, status: answer ? 200 : 404, json: async () => answer };
};

const general = (members = {}) => room(GENERAL, { version: 3, last_read: 3, ...members });
const posts = (id, author = bob, members = {}, where = GENERAL) =>
  server.tells("message.posted", { room: where, version: id, message: message(id, author, members) });
const shown = () => idsOf(chat.timeline.messages);
const unread = (id) => chat.rooms.get(id).unread;

beforeEach(async () => {
  pages = { "pins/": { messages: [], older: "", ids: [] } };
  server = new Server().answers("room.open", () => ({ room: general() }));
  const state = {
    me: { ...alice },
    blocked: [],
    room: general(),
    rooms: [general(), room(QUIET)],
    page: { messages: [1, 2, 3].map((id) => message(id)), more: false },
    version: 3,
    urls: { room: "/rooms/0/", person: "/people/0/", settings: "/rooms/0/settings/", publicRooms: "/rooms/public/" },
    permissions: {
      acts: { member: MEMBER, moderator: MODERATOR, owner: MODERATOR },
      ranks: ["member", "moderator", "owner", "administrator"],
      administrators: {},
      archived: ["report"],
    },
    administrator: false,
  };
  chat = new Chat(state, server);
  await server.tells("hello", { user: alice, rooms: state.rooms, limits: {}, status: null });
});

test("what is posted in the shown room is there, and counts as read while its end is in sight", async () => {
  await posts(4);
  assert.deepEqual(shown(), [1, 2, 3, 4]);
  assert.equal(unread(GENERAL), 0);
});

test("what is posted while the window has no focus is unread, below a “New” line", async () => {
  document.hasFocus = () => false;
  document.dispatchEvent(new Event("visibilitychange"));
  await posts(4);
  assert.deepEqual([unread(GENERAL), chat.timeline.newAfter], [1, 3]);
});

test("what is posted in another room counts there and is not shown here", async () => {
  await posts(1, bob, {}, QUIET);
  assert.deepEqual([shown(), unread(QUIET)], [[1, 2, 3], 1]);
});

test("one's own message replaces the one that waited for it, in whichever order word and answer come", async () => {
  server.answers("message.post", ({ client_id }) => ({ message: message(4, alice, { client_id }) }));
  chat.conversation.post("text", "Hello");
  const [{ client_id }] = chat.outbox.of(GENERAL);
  await posts(4, alice, { client_id });
  await settled();
  assert.deepEqual([shown(), chat.outbox.of(GENERAL)], [[1, 2, 3, 4], []]);
});

test("word of one's own message ends its wait, though the answer is lost", async () => {
  server.answers("message.post", () => later().promise);
  chat.conversation.post("text", "Hello");
  const [{ client_id }] = chat.outbox.of(GENERAL);
  await posts(4, alice, { client_id });
  assert.deepEqual(chat.outbox.of(GENERAL), []);
});

test("messages of the room go on from its own history when it is shown again", async () => {
  server.answers("room.open", ({ room: id }) => ({ room: id === QUIET ? room(QUIET) : general({ version: 9 }) }));
  chat.show(QUIET);
  await settled();
  chat.show(GENERAL);
  await settled();
  assert.deepEqual(shown(), [1, 2, 3]);
  const opened = server.of("room.open").map(({ room: id, since }) => [id, since]);
  assert.deepEqual(opened.at(-1), [GENERAL, 3]);
});

test("a room that cannot be opened just now is tried again", async () => {
  server.answers("room.open", refusal("unavailable", { retry: true }));
  chat.enter();
  await settled();
  const tries = server.of("room.open").length;
  server.answers("room.open", { room: general() });
  await pass(2000);
  assert.equal(server.of("room.open").length, tries + 1);
  assert.equal(chat.lost, null);
});

test("a room that the server does not open for the person is lost", async () => {
  server.answers("room.open", refusal("not_found"));
  chat.enter();
  await settled();
  assert.equal(chat.lost.room.id, GENERAL);
  assert.equal(chat.rooms.get(GENERAL), undefined);
});

test("someone who was removed is told how, and sees the room no more", async () => {
  await server.tells("room.lost", { room: GENERAL, how: "removed", by: bob, reason: "spam" });
  assert.deepEqual([chat.lost.how, chat.lost.by, chat.lost.reason], ["removed", bob, "spam"]);
  assert.equal(chat.rooms.get(GENERAL), undefined);
  assert.deepEqual(shown(), []);
});

test("someone who is let in again goes on where the room is still shown", async () => {
  await server.tells("room.lost", { room: GENERAL, how: "removed" });
  await server.tells("room.gained", { room: general() });
  assert.equal(chat.lost, null);
  assert.equal(server.of("room.open").length, 2);
});

test("a message that was marked as unread in another tab is unread here", async () => {
  const event = { room: GENERAL, position: 1, marks: 1, unread: 2, mentions: 0 };
  await server.tells("read.moved", event);
  await pass(5000);
  assert.equal(unread(GENERAL), 2);
  assert.deepEqual([chat.conversation.reading.held, server.of("room.read")], [true, []]);
});

test("after a gap the room begins anew from a page of the server's", async () => {
  const page = { messages: [message(80), message(81)], more: true };
  await server.tells("room.reset", { room: GENERAL, page, version: 81 });
  assert.deepEqual([shown(), chat.timeline.more, chat.timeline.version], [[80, 81], true, 81]);
});

test("a new name is everywhere at once", async () => {
  await server.tells("user.changed", { user: { ...bob, name: "Robert" } });
  assert.deepEqual([...new Set(chat.timeline.messages.map(({ author }) => author.name))], ["Robert"]);
});

test("people whom one blocks count for nothing, and their messages are folded until one unfolds them", async () => {
  await server.tells("blocks.changed", { blocked: [bob.id], rooms: [] });
  await posts(4);
  const [first] = chat.timeline.messages;
  assert.deepEqual([chat.counts(first), chat.blocks.folds(first)], [false, true]);
  chat.blocks.unfold(first.id);
  assert.equal(chat.blocks.folds(first), false);
});

test("a member edits their own messages, and deletes no one else's", () => {
  const [theirs] = chat.timeline.messages;
  const mine = message(9, alice);
  const may = (one) => ["edit", "delete", "purge", "report"].filter((act) => chat.acts.may(act, one));
  assert.deepEqual([may(mine), may(theirs)], [["edit", "delete"], ["report"]]);
});

test("a new moderator asks who ranks above members, and deletes what members wrote", async () => {
  const may = (author) => chat.acts.may("delete", message(9, author));
  const ranks = { [alice.id]: "moderator", [mallory.id]: "owner" };
  server.answers("room.open", () => ({ room: general({ role: "moderator" }), ranks }));
  assert.deepEqual([may(bob), may(mallory)], [false, false]);
  await server.tells("member.changed", { room: GENERAL, version: 4, user: alice, role: "moderator" });
  assert.deepEqual([may(bob), may(mallory)], [true, false]);
});

test("whose messages a moderator may delete follows their authors' roles", async () => {
  const may = () => chat.acts.may("delete", message(9, bob));
  server.answers("room.open", () => ({ room: general({ role: "moderator" }), ranks: { [alice.id]: "moderator" } }));
  await server.tells("member.changed", { room: GENERAL, version: 4, user: alice, role: "moderator" });
  assert.ok(may());
  await server.tells("member.changed", { room: GENERAL, version: 5, user: bob, role: "owner" });
  assert.ok(!may());
  await server.tells("member.changed", { room: GENERAL, version: 6, user: bob, role: "member" });
  assert.ok(may());
  await server.tells("member.changed", { room: GENERAL, version: 7, user: bob, role: "moderator" });
  await server.tells("member.left", { room: GENERAL, version: 8, user: bob });
  assert.ok(may());
});

test("what an administrator wrote is above a moderator, whatever the administrator's role", async () => {
  const ranks = { [alice.id]: "moderator", [bob.id]: "administrator" };
  server.answers("room.open", () => ({ room: general({ role: "moderator" }), ranks }));
  await server.tells("member.changed", { room: GENERAL, version: 4, user: alice, role: "moderator" });
  await server.tells("member.changed", { room: GENERAL, version: 5, user: bob, role: "member" });
  assert.ok(!chat.acts.may("delete", message(9, bob)));
});

test("a tombstone and a notice offer a member nothing", () => {
  const acts = ["edit", "delete", "pin", "react", "quote", "thread", "report", "unread"];
  const dead = message(9, alice, { deleted: { by: bob, at: "" } });
  for (const one of [dead, message(10, bob, { kind: "notice" })]) {
    assert.deepEqual(
      acts.filter((act) => chat.acts.may(act, one)),
      [],
    );
  }
});

test("in a locked room a member writes nothing and may not edit; a moderator goes on", async () => {
  await server.tells("room.changed", { room: GENERAL, version: 4, settings: { name: "general", locked: true } });
  assert.equal(chat.acts.postingBlock.why, "locked");
  assert.equal(chat.acts.may("edit", message(9, alice)), false);
  await server.tells("member.changed", { room: GENERAL, version: 5, user: alice, role: "moderator" });
  assert.equal(chat.acts.postingBlock, null);
});

test("one's own reaction is taken back, and someone else's is joined", async () => {
  const reactions = [{ emoji: "👍", users: [bob] }];
  server.answers("reaction.add", { message: message(1, bob, { version: 4 }) });
  server.answers("reaction.remove", { message: message(1, bob, { version: 5 }) });
  await chat.acts.react(message(1, bob, { reactions }), "👍");
  await chat.acts.react(message(1, bob, { reactions: [{ emoji: "👍", users: [bob, alice] }] }), "👍");
  assert.deepEqual([server.of("reaction.add").length, server.of("reaction.remove").length], [1, 1]);
});

test("an edit that was overtaken shows what the message is now, and tells the editor", async () => {
  const present = message(1, alice, { version: 9, body: "newer" });
  server.answers("message.edit", refusal("changed", { present }));
  await assert.rejects(chat.acts.edit(message(1, alice), "mine", 1), { code: "changed" });
  assert.equal(chat.timeline.find(1).body, "newer");
});

test("slow mode counts from one's own latest message, and not for moderators", async () => {
  await posts(4, alice, { created_at: isoTime(-10_000) });
  const slow = general({ slow: 30 });
  assert.equal(chat.slow.restOf(slow), 20_000);
  assert.equal(chat.slow.restOf(general()), 0);
  server.answers("room.open", () => ({ room: general({ role: "moderator" }), ranks: {} }));
  await server.tells("member.changed", { room: GENERAL, version: 5, user: alice, role: "moderator" });
  assert.equal(chat.slow.restOf(slow), 0);
});

test("reactions to one's own messages are told in words, and many at once as a number", async () => {
  await posts(4, alice, { body: "Lunch?" });
  const news = [];
  chat.reacting.addEventListener("news", ({ detail }) => news.push(detail));
  const reacts = (user, version) =>
    server.tells("message.reacted", {
      room: GENERAL,
      message: 4,
      version,
      user,
      emoji: "👍",
      added: true,
      order: ["👍"],
    });
  await reacts(bob, 5);
  await reacts(mallory, 6);
  await reacts({ id: 9, username: "carol", name: "Carol" }, 7);
  await reacts(alice, 8);
  await pass(2000);
  assert.deepEqual(news, ["Bob reacted 👍 to your message: Lunch?", "2 reactions to your messages"]);
});

test("a thread has its replies beside the room, and they are not in the room", async () => {
  const page = { root: message(1), messages: [message(5, bob, { thread: 1 })], more: false, last_read: null };
  pages["messages/1/thread/"] = page;
  const thread = chat.side.openThread(1);
  await settled();
  await posts(6, bob, { thread: 1 });
  assert.deepEqual(
    [idsOf(thread.timeline.messages), shown()],
    [
      [5, 6],
      [1, 2, 3],
    ],
  );
});

test("a thread whose message is gone for good is closed", async () => {
  pages["messages/1/thread/"] = { root: message(1), messages: [], more: false, last_read: null };
  chat.side.openThread(1);
  await settled();
  await server.tells("messages.removed", { room: GENERAL, version: 4, messages: [1] });
  assert.deepEqual([chat.side.shows, shown()], [null, [2, 3]]);
});

test("what is pinned is listed, the latest first, and unpinned by a tombstone", async () => {
  const pin = (id, version, at) =>
    server.tells("message.changed", {
      room: GENERAL,
      version,
      message: message(id, bob, { version, pinned: { by: bob, at } }),
    });
  await pin(1, 4, "2026-03-02T10:00:00Z");
  await pin(2, 5, "2026-03-02T11:00:00Z");
  assert.deepEqual([idsOf(chat.pins.messages), chat.pins.count], [[2, 1], 2]);
  await server.tells("messages.deleted", { room: GENERAL, version: 6, messages: [2], by: bob, at: isoTime() });
  assert.deepEqual([idsOf(chat.pins.messages), chat.pins.count], [[1], 1]);
});

test("a room that is moved stands there at once, and back where it was if the server refuses", async () => {
  server.answers("rooms.order", refusal("forbidden"));
  const [first, second] = chat.rooms.sorted;
  const moved = chat.keeping.move(second, first, false);
  assert.deepEqual(idsOf(chat.rooms.sorted), [second.id, first.id]);
  await moved;
  assert.deepEqual(idsOf(chat.rooms.sorted), [first.id, second.id]);
});
