import "../page.js";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addressesIn } from "../../../static/chat/rules/addresses.js";
import { isBlank } from "../../../static/chat/rules/blank-text.js";
import { begunMention } from "../../../static/chat/rules/mentions.js";
import { begins, rankOf, searchKey, wordsOf } from "../../../static/chat/rules/name-search.js";
import { previewOf } from "../../../static/chat/rules/previews.js";
import { readCommand } from "../../../static/chat/rules/slash-commands.js";

// The server's tests use the same tables (accounts/tests, chat/tests).
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url)));
const texts = read("../../../../accounts/tests/helpers/texts.json");
const inMessages = read("../../helpers/texts.json");

const finds = ([name, typed]) => begins(searchKey("somebody", name), typed);
const linksIn = (text) => addressesIn(text).map(({ start, end }) => text.slice(start, end));

test("a text that shows nothing is blank in the page where it is blank for the server", () => {
  assert.deepEqual(
    texts.blank.filter((text) => !isBlank(text)),
    [],
  );
  assert.deepEqual(texts.seen.filter(isBlank), []);
});

test("a name is found in the page where the server finds it, whatever its script", () => {
  assert.deepEqual(
    texts.found.filter((pair) => !finds(pair)),
    [],
  );
  assert.deepEqual(texts.missed.filter(finds), []);
});

test("the whole name is the best match, then its beginning, a word of it, and a part", () => {
  const key = searchKey("Anna Karenina");
  assert.deepEqual(
    ["anna karenina", "anna", "kar", "nin", "bob"].map((wanted) => rankOf(key, wanted)),
    [4, 3, 2, 1, 0],
  );
});

test("/me posts an action, and any other command is none", () => {
  assert.deepEqual(readCommand("/me waves"), { kind: "action", body: "waves" });
  assert.deepEqual(readCommand("/ME waves"), { kind: "action", body: "waves" });
  assert.deepEqual(readCommand("/me"), { command: "me" });
  assert.deepEqual(readCommand("/shrug"), { command: "shrug" });
});

test("a path, a second slash and a slash within a text post a text", () => {
  assert.deepEqual(readCommand("/etc/hosts"), { kind: "text", body: "/etc/hosts" });
  assert.deepEqual(readCommand("//shrug it off"), { kind: "text", body: "/shrug it off" });
  assert.deepEqual(readCommand("either/or"), { kind: "text", body: "either/or" });
});

test("a preview hides what the author hid, also where the spoiler was not closed", () => {
  const html = '<p>The end: <span class="spoiler">he dies</span></p>';
  assert.ok(!previewOf({ body: "The end: ||he dies||", html }).includes("dies"));
  assert.ok(!previewOf({ body: "The end: ||he dies", html }).includes("dies"));
  assert.equal(previewOf({ body: "a || b", html: "<p>a || b</p>" }), "a || b");
});

test("an address ends before the punctuation of its sentence, and keeps brackets of its own", () => {
  assert.deepEqual(linksIn("See https://example.org/a, or (https://example.org/b_(c)). Yes?"), [
    "https://example.org/a",
    "https://example.org/b_(c)",
  ]);
});

test("what does not show its host is no link", () => {
  for (const text of [
    "https://user@example.org/",
    "xhttps://example.org/",
    "https://exa mple",
    "javascript:alert(1)",
  ]) {
    assert.ok(!linksIn(text).includes(text), text);
  }
});

test("the page finds the addresses that the server finds", () => {
  assert.deepEqual(
    inMessages.addresses.map(([text]) => [text, linksIn(text).join(" ")]),
    inMessages.addresses,
  );
});

test("names are suggested where a mention begins for the server", () => {
  const suggests = (before) => begunMention(`${before}@ze`) === "ze";
  assert.deepEqual(inMessages.mentioned.filter(suggests), inMessages.mentioned);
  assert.deepEqual(inMessages.unmentioned.filter(suggests), []);
});

test("a plain name has the same words as one that takes the long way", () => {
  for (const name of ["Anna", "K9", "design TEAM", "Room 10", "KISS"])
    assert.equal(wordsOf(name), wordsOf(`${name}!`), name);
  assert.equal(wordsOf("two  blanks "), "two blanks");
});
