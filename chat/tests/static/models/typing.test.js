import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Typing, TypingSignal } from "../../../static/chat/models/typing.js";
import { pass } from "../page.js";
import { alice, bob, mallory, Server } from "../server.js";

let typing;
let blocked;
const names = (thread = null) => typing.in(thread).map(({ name }) => name);

beforeEach(() => {
  blocked = new Set();
  typing = new Typing(alice, blocked);
});

test("someone who writes is named for six seconds, unless it is said again", async () => {
  typing.started({ user: bob });
  await pass(5000);
  typing.started({ user: bob });
  await pass(5000);
  assert.deepEqual(names(), ["Bob"]);
  await pass(1000);
  assert.deepEqual(names(), []);
});

test("one is not told of oneself, nor of people one blocks", () => {
  blocked.add(mallory.id);
  for (const user of [alice, bob, mallory]) typing.started({ user });
  assert.deepEqual(names(), ["Bob"]);
});

test("someone writes in the room and in a thread apart from each other", () => {
  typing.started({ user: bob });
  typing.started({ user: bob, thread: 5 });
  typing.stopped({ user: bob });
  assert.deepEqual([names(), names(5)], [[], ["Bob"]]);
});

test("someone who left the room writes nowhere in it", () => {
  typing.started({ user: bob });
  typing.started({ user: bob, thread: 5 });
  typing.left(bob);
  assert.deepEqual([names(), names(5)], [[], []]);
});

test("the others are told at most every three seconds, and of the end only where they were told of the beginning", async () => {
  const server = new Server();
  const signal = new TypingSignal(server, { room: 7 });
  signal.ended();
  for (let key = 0; key < 10; key += 1) {
    signal.typed();
    await pass(500);
  }
  signal.ended();
  signal.ended();
  assert.deepEqual(
    server.sent.map(({ type }) => type),
    ["typing.start", "typing.start", "typing.stop"],
  );
});
