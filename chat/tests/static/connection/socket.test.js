import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Backoff } from "../../../static/chat/connection/backoff.js";
import { Socket } from "../../../static/chat/connection/socket.js";
import { pass, settled } from "../page.js";
import { alice, bob } from "../server.js";

let lines; // sockets that the page opened
let socket;

class Line {
  sent = [];

  constructor(url) {
    this.url = url;
    lines.push(this);
  }

  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.isClosed = true;
  }

  async tells(...events) {
    this.onmessage({ data: JSON.stringify(events) });
    await settled();
  }

  greets(user = alice) {
    return this.tells({ type: "hello", user, now: new Date(Date.now()).toISOString() });
  }

  async breaks(code = 1006) {
    this.onclose({ code });
    await settled();
  }
}

globalThis.WebSocket = Line;
const last = () => lines.at(-1);

beforeEach(() => {
  lines = [];
  socket = new Socket("wss://chat.example/ws/", alice);
  socket.connect();
});

test("a command is answered by the ack with its number", async () => {
  await last().greets();
  const [first, second] = [socket.command("a", { room: 1 }), socket.command("b")];
  const [{ id: firstId }, { id: secondId }] = last().sent;
  assert.deepEqual(last().sent[0], { room: 1, type: "a", id: firstId });
  await last().tells({ type: "ack", id: secondId, n: 2 }, { type: "ack", id: firstId, n: 1 });
  assert.deepEqual([(await first).n, (await second).n], [1, 2]);
});

test("a command that the server refuses rejects with its reason, and how long to wait", async () => {
  await last().greets();
  const expected = { code: "slow", message: "Slow mode is on.", retry: true, wait: 5000 };
  const refused = assert.rejects(socket.command("message.post"), expected);
  const [{ id }] = last().sent;
  await last().tells({ type: "error", id, code: "slow", detail: "Slow mode is on.", retry: true, retry_after: 5 });
  await refused;
});

test("a command without a connection is not sent, and one that was on its way when it broke is unsent too", async () => {
  await assert.rejects(socket.command("a"), { code: "unsent" });
  await last().greets();
  const underway = socket.command("b");
  const broken = assert.rejects(underway, { code: "unsent", retry: true });
  await last().breaks();
  await broken;
});

test("events are told by their type, one after the other", async () => {
  await last().greets();
  const told = [];
  for (const type of ["message.posted", "read.moved"]) socket.addEventListener(type, ({ detail }) => told.push(detail));
  await last().tells({ type: "message.posted", n: 1 }, { type: "read.moved", n: 2 }, { type: "message.posted", n: 3 });
  assert.deepEqual(
    told.map(({ n }) => n),
    [1, 2, 3],
  );
});

test("whoever awaits an answer acts on it before the event that follows it", async () => {
  await last().greets();
  const order = [];
  socket.command("a").then(() => order.push("answer"));
  socket.addEventListener("message.posted", () => order.push("event"));
  const [{ id }] = last().sent;
  await last().tells({ type: "ack", id }, { type: "message.posted" });
  assert.deepEqual(order, ["answer", "event"]);
});

test("a connection that breaks comes back by itself", async () => {
  await last().greets();
  await last().breaks();
  assert.equal(socket.state, "closed");
  await pass(7000);
  assert.equal(lines.length, 2);
  await last().greets();
  assert.equal(socket.state, "open");
});

test("a session that has ended is not tried again until the page has another", async () => {
  await last().greets();
  await last().breaks(4001);
  await pass(60_000);
  assert.deepEqual([socket.state, lines.length], ["signed-out", 1]);
  socket.resume();
  assert.equal(lines.length, 2);
});

test("a connection that an administrator ended stays ended until the person asks for it", async () => {
  await last().greets();
  await last().breaks(4003);
  await pass(60_000);
  assert.deepEqual([socket.state, lines.length], ["ended", 1]);
});

test("what a page sent against the protocol is not sent again and again", async () => {
  await last().greets();
  await last().breaks(1003);
  await pass(60_000);
  assert.deepEqual([socket.state, lines.length], ["refused", 1]);
});

test("a page whose browser has another user by now begins anew as theirs", async () => {
  let isReloaded = false;
  location.reload = () => {
    isReloaded = true;
  };
  await last().greets(bob);
  assert.deepEqual([isReloaded, last().isClosed], [true, true]);
});

test("a peer that vanished is noticed by a question without an answer", async () => {
  await last().greets();
  await pass(30_000);
  assert.equal(lines[0].sent[0].type, "ping");
  assert.ok(lines.length > 1);
});

test("waits grow with each try up to fifteen seconds, and no two pages come back together", () => {
  const waits = () => {
    const backoff = new Backoff();
    return Array.from({ length: 8 }, () => backoff.delay);
  };
  const tries = Array.from({ length: 200 }, waits);
  for (const [first, second, ...more] of tries) {
    assert.ok(first >= 300 && first <= 7000);
    assert.ok(second >= 300 && second <= 14_000);
    for (const wait of more) assert.ok(wait >= 300 && wait <= 15_000);
  }
  assert.ok(new Set(tries.map(([first]) => Math.round(first))).size > 100);
});

test("a connection that held for a while starts the waits again", async () => {
  const backoff = new Backoff();
  const longest = () => Math.max(...Array.from({ length: 200 }, () => new Backoff().delay));
  for (let count = 0; count < 5; count += 1) backoff.delay;
  backoff.opened();
  await pass(11_000);
  backoff.lost();
  assert.ok(backoff.delay <= 7000);
  assert.ok(longest() <= 7000);
});
