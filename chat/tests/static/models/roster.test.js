import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Roster } from "../../../static/chat/models/roster.js";
import { isoTime, pass, settled } from "../page.js";
import { alice, bob, later, mallory, refusal } from "../server.js";

const COUNTS = { here: 1, online: 1, away: 0, offline: 1 };
const EVERYONE = [
  { ...bob, online: true },
  { ...alice, online: true, here: true },
  { ...mallory, online: false },
];

let asked;
let answer;
let roster;
const namesOf = (people) => people.map(({ name }) => name);
const tells = (members = {}) =>
  roster.snapshot({ known: true, people: EVERYONE, counts: COUNTS, whole: true, ...members });
const page = (from, total) => ({
  people: Array.from({ length: Math.min(100, total - from) }, (_, index) => ({
    id: 100 + from + index,
    name: `Person ${from + index}`,
    username: `person${from + index}`,
    online: false,
  })),
  counts: { here: 0, online: 0, away: 0, offline: total },
  total,
});
const tellsOfCrowd = (total) => tells({ ...page(0, total), whole: false });

beforeEach(() => {
  asked = [];
  answer = () => page(0, 0);
  roster = new Roster(async (members) => {
    asked.push(members);
    return answer(members);
  });
});

test("people stand in their groups, by name", () => {
  tells();
  const { here, online, offline } = roster.groups;
  assert.deepEqual([here, online, offline].map(namesOf), [["Alice"], ["Bob"], ["Mallory"]]);
  assert.deepEqual(namesOf(roster.everyone), ["Alice", "Bob", "Mallory"]);
  assert.equal(roster.here, 1);
});

test("nobody is counted as here while that cannot be known", () => {
  assert.equal(roster.here, null);
  tells();
  roster.lostConnection();
  assert.deepEqual([roster.state, roster.here], ["stale", null]);
  roster.snapshot({ known: false });
  assert.deepEqual([roster.state, namesOf(roster.people)], ["unavailable", ["Alice", "Bob", "Mallory"]]);
});

test("someone who changes moves to another group, and someone who left is gone", () => {
  tells();
  roster.change({ people: [{ ...bob, online: false }], counts: COUNTS });
  assert.deepEqual(namesOf(roster.groups.offline), ["Bob", "Mallory"]);
  roster.left(bob);
  assert.deepEqual(namesOf(roster.groups.offline), ["Mallory"]);
});

test("a status ends by itself at its time, and do-not-disturb with it", async () => {
  const status = { text: "lunch", until: isoTime(60_000) };
  tells({ people: [{ ...bob, online: true, status, dnd: true }] });
  await pass(59_000);
  assert.equal(roster.find(bob.id).status.text, "lunch");
  await pass(2000);
  const { status: after, dnd } = roster.find(bob.id);
  assert.deepEqual([after, dnd], [undefined, undefined]);
});

test("people of a small room are found here by name or username, without asking", async () => {
  tells();
  roster.search("BO");
  await pass(1000);
  assert.deepEqual([namesOf(roster.people), roster.total, asked], [["Bob"], 1, []]);
});

test("people of a large room are looked for by the server, once the typing pauses", async () => {
  tellsOfCrowd(250);
  answer = () => ({ ...page(0, 1), people: [{ ...bob, online: true }] });
  for (const wanted of ["b", "bo", "bob"]) {
    roster.search(wanted);
    await pass(100);
  }
  await pass(200);
  assert.deepEqual(asked, [{ offset: 0, q: "bob" }]);
  assert.deepEqual([namesOf(roster.people), roster.total], [["Bob"], 1]);
});

test("a large room is turned page by page, and not past its ends", async () => {
  tellsOfCrowd(250);
  answer = ({ offset }) => page(offset, 250);
  await roster.page.step(-1);
  await roster.page.step(1);
  await roster.page.step(1);
  await roster.page.step(1);
  assert.deepEqual(
    asked.map(({ offset }) => offset),
    [100, 200],
  );
  assert.deepEqual([roster.page.offset, roster.page.hasMore, roster.everyone.length], [200, false, 50]);
});

test("an answer that was overtaken by the next question is dropped", async () => {
  tellsOfCrowd(250);
  const late = later();
  answer = ({ q }) => (q === "a" ? late.promise : { ...page(0, 1), people: [bob] });
  roster.search("a");
  await pass(200);
  roster.search("b");
  await pass(200);
  await late.arrive({ ...page(0, 1), people: [alice] });
  assert.deepEqual(namesOf(roster.people), ["Bob"]);
});

test("a page that did not come says so, and is asked for again where that may help", async () => {
  tellsOfCrowd(250);
  answer = () => {
    throw refusal("unavailable", { retry: true });
  };
  roster.page.step(1);
  await settled();
  assert.equal(roster.page.hasFailed, true);
  answer = ({ offset }) => page(offset, 250);
  await pass(2000);
  assert.deepEqual([roster.page.hasFailed, roster.page.offset, asked.length], [false, 100, 2]);
});

test("a room that is opened next begins with nothing of the last one", () => {
  tells();
  roster.search("bob");
  roster.clear();
  assert.deepEqual([roster.state, roster.everyone, roster.wanted, roster.counts], ["loading", [], "", null]);
});
