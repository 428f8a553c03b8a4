import assert from "node:assert/strict";
import { test } from "node:test";
import { emojiFrom, emojiNamed, QUICK } from "../../../static/chat/rules/emoji.js";
import { LINES as GERMAN } from "../../../static/chat/vendor/emoji-de.js";
import { LINES as ENGLISH } from "../../../static/chat/vendor/emoji-en.js";

const all = emojiFrom(ENGLISH);
const best = (wanted, among = all) => emojiNamed(among, wanted)[0]?.emoji;

test("the emoji that are at hand come first, and each stands once", () => {
  const listed = all.map(({ emoji }) => emoji);
  assert.deepEqual(listed.slice(0, QUICK.length), QUICK);
  assert.equal(new Set(listed).size, listed.length);
  assert.ok(listed.length > 1800);
});

test("an emoji is found by its name, by a word for it, and by itself", () => {
  assert.deepEqual(
    ["party", "tada", "thumbs up", "pizza", "🍕"].map((wanted) => best(wanted)),
    ["🎉", "🎉", "👍", "🍕", "🍕"],
  );
  assert.equal(best("no such thing"), undefined);
});

test("a name counts more than another word, and an emoji at hand more than others of that name", () => {
  const hearts = emojiNamed(all, "heart").map(({ emoji }) => emoji);
  assert.equal(hearts[0], "❤️");
  assert.ok(hearts.indexOf("💘") < hearts.indexOf("💌")); // heart with arrow, love letter
});

test("who reads German finds an emoji by German words and by English ones, and sees its English name", () => {
  const both = emojiFrom(ENGLISH, GERMAN);
  assert.deepEqual(
    ["brot", "bread"].map((wanted) => best(wanted, both)),
    ["🍞", "🍞"],
  );
  assert.equal(both.find(({ emoji }) => emoji === "🍕").name, "pizza");
  assert.equal(emojiFrom(GERMAN).length, all.length);
});

test("without a word all are there", () => {
  assert.equal(emojiNamed(all, ""), all);
});
