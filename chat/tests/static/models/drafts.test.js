import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drafts, LONGEST } from "../../../static/chat/models/drafts.js";
import { happens, pass } from "../page.js";
import { alice, bob } from "../server.js";

let drafts;

beforeEach(() => {
  drafts = new Drafts(alice);
});

test("a draft outlives the page, for its author only", async () => {
  drafts.keep("7", "Hello");
  assert.equal(drafts.of("7"), "Hello");
  await pass(300);
  assert.equal(new Drafts(alice).of("7"), "Hello");
  assert.equal(new Drafts(bob).of("7"), "");
  assert.equal(drafts.of("8"), "");
});

test("the storage is written once in a while, and not at every key", async () => {
  for (const text of ["H", "He", "Hel"]) drafts.keep("7", text);
  assert.deepEqual(Object.keys(localStorage), []);
  await pass(300);
  assert.deepEqual(Object.values(localStorage), ["Hel"]);
});

test("a page that is left stores what was typed last", () => {
  drafts.keep("7", "Hello");
  happens("pagehide");
  assert.equal(new Drafts(alice).of("7"), "Hello");
});

test("a field that was emptied leaves nothing behind", async () => {
  drafts.keep("7", "Hello");
  await pass(300);
  drafts.keep("7", "");
  await pass(300);
  assert.deepEqual([drafts.of("7"), Object.keys(localStorage)], ["", []]);
});

test("what one sent in another tab is told, with what it was", async () => {
  drafts.keep("7", "Hello");
  await pass(300);
  let told = null;
  drafts.addEventListener("elsewhere", ({ detail }) => {
    told = detail;
  });
  const [key] = Object.keys(localStorage);
  happens("storage", { key, oldValue: "Hello", newValue: null });
  assert.deepEqual(told, { place: "7", before: "Hello", now: "" });
});

test("what is being typed here is not replaced by another tab", () => {
  let isTold = false;
  drafts.addEventListener("elsewhere", () => {
    isTold = true;
  });
  drafts.keep("7", "Hello");
  happens("storage", { key: `draft:${alice.id}:7`, oldValue: "", newValue: "elsewhere" });
  assert.deepEqual([drafts.of("7"), isTold], ["Hello", false]);
});

test("an edit that was not saved is known by its message until it is dropped", async () => {
  drafts.keepEdit(5, { text: "new", was: "old", version: 3 });
  await pass(300);
  const again = new Drafts(alice);
  assert.deepEqual([again.hasEdit(5), again.hasEdit(6)], [true, false]);
  assert.deepEqual(again.editOf(5), { text: "new", was: "old", version: 3 });
  again.dropEdit(5);
  assert.deepEqual([again.hasEdit(5), again.editOf(5)], [false, null]);
});

test("a draft and an edit that are longer than a frame are cut off, and nothing else of them is lost", async () => {
  const signs = '"\n\u0001'.repeat(LONGEST); // JSON has several characters for each
  drafts.keep("7", signs);
  drafts.keepEdit(5, { text: signs, was: signs.slice(0, 10_000), version: 3 });
  await pass(300);
  const again = new Drafts(alice);
  assert.equal(again.of("7"), signs.slice(0, LONGEST));
  assert.deepEqual(again.editOf(5), { text: signs.slice(0, LONGEST), was: signs.slice(0, 10_000), version: 3 });
});

test("an edit that cannot be read is none", () => {
  const key = `draft:${alice.id}:edit:5`;
  for (const kept of ['{"text": "cut o', "7", "[]"]) {
    localStorage.setItem(key, kept);
    assert.equal(new Drafts(alice).editOf(5), null);
  }
});

test("drafts last as long as the page where the browser stores nothing", async () => {
  const { setItem } = localStorage;
  Object.getPrototypeOf(localStorage).setItem = () => {
    throw new Error("the storage is full");
  };
  try {
    drafts.keep("7", "Hello");
    await pass(300);
    assert.equal(drafts.of("7"), "Hello");
  } finally {
    Object.getPrototypeOf(localStorage).setItem = setItem;
  }
  assert.deepEqual(Object.keys(localStorage), []);
});
