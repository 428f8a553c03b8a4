import "../page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf } from "../../../static/chat/rules/expiry-options.js";
import { fullName } from "../../../static/chat/rules/full-name.js";
import { tells } from "../../../static/chat/rules/mentions.js";
import { actsFor } from "../../../static/chat/rules/moderation-actions.js";
import { dotOf, groupOf, withoutEnded } from "../../../static/chat/rules/presence-groups.js";
import { fullNameOf, nameOf } from "../../../static/chat/rules/room-name.js";
import { withUser } from "../../../static/chat/rules/user-updates.js";
import { isoTime } from "../page.js";
import { alice, bob, mallory, message, room } from "../server.js";

test("a display name comes with the username, unless it is the username in another case", () => {
  assert.equal(fullName({ ...bob, name: "Alice" }), "Alice (@bob)");
  assert.equal(fullName(bob), "Bob");
  assert.equal(fullName({ name: "Deleted user", username: "deleted-5", deleted: true }), "Deleted user");
});

test("a direct conversation is called by its people, and notes to oneself are called that", () => {
  assert.equal(nameOf(room(1, { name: "general" })), "general");
  assert.equal(nameOf(room(1, { people: [bob, mallory] })), "Bob, Mallory");
  assert.equal(nameOf(room(1, { people: [] })), "Notes to self");
  assert.equal(fullNameOf(room(1, { people: [{ ...bob, name: "Alice" }] })), "Alice (@bob)");
});

test("a message tells those whom it mentions, or everyone", () => {
  assert.equal(tells(message(1, bob, { told: [alice.id] }), alice), true);
  assert.equal(tells(message(1, bob, { told: [mallory.id] }), alice), false);
  assert.equal(tells(message(1, bob, { told: "everyone" }), alice), true);
  assert.equal(tells(message(1, bob), alice), false);
});

test("who has the room open is here, though away, and who is not online is offline", () => {
  assert.equal(groupOf({ here: true, online: true, away: true }), "here");
  assert.equal(groupOf({ online: true, away: true }), "away");
  assert.equal(groupOf({ online: true }), "online");
  assert.equal(groupOf({ online: false, away: true }), "offline");
});

test("do-not-disturb shows before away, and nothing of either shows of someone offline", () => {
  assert.equal(dotOf({ online: true, away: true, dnd: true }), "dnd");
  assert.equal(dotOf({ online: true, away: true }), "away");
  assert.equal(dotOf({ online: false, dnd: true }), "offline");
});

test("a status without an end stays, and one that has ended is gone with do-not-disturb", () => {
  const person = { ...bob, dnd: true, status: { text: "lunch", until: null } };
  assert.equal(withoutEnded(person), person);
  const { status, dnd } = withoutEnded({ ...person, status: { text: "lunch", until: isoTime(-1) } });
  assert.deepEqual([status, dnd], [undefined, undefined]);
});

test("a status ends after its time, with the day, or with the Sunday of the week", () => {
  assert.equal(endOf("never"), null);
  assert.equal(endOf("half-hour"), isoTime(30 * 60_000));
  assert.equal(endOf("today"), "2026-03-02T23:59:59.000Z");
  assert.equal(endOf("week"), "2026-03-08T23:59:59.000Z");
});

test("a card offers the other role, and all else that the server allows", () => {
  assert.deepEqual(actsFor({ acts: ["mute", "role"], role: "member" }), ["mute", "moderator"]);
  assert.deepEqual(actsFor({ acts: ["role", "ban"], role: "moderator" }), ["member", "ban"]);
  assert.deepEqual(actsFor({}), []);
});

test("a new name stands wherever someone is named, and what notices told stays as it was", () => {
  const robert = { ...bob, name: "Robert" };
  const reactions = [{ emoji: "👍", users: [alice, bob] }];
  const before = [
    message(1, bob),
    message(2, alice, { quote: { id: 1, author: bob }, reactions }),
    message(3, alice, { kind: "notice", notice: { what: "muted", user: bob } }),
  ];
  const now = withUser(before, robert);
  assert.equal(now[0].author.name, "Robert");
  assert.equal(now[1].quote.author.name, "Robert");
  assert.equal(now[1].reactions[0].users[1].name, "Robert");
  assert.equal(now[2], before[2]);
});

test("a name that is known already changes nothing", () => {
  const before = [message(1, bob)];
  assert.equal(withUser(before, { ...bob }), before);
});
