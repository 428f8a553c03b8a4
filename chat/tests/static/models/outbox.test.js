import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Outbox } from "../../../static/chat/models/outbox.js";
import { pass, settled } from "../page.js";
import { alice, bob, later, message, refusal, Server } from "../server.js";

const ROOM = 7;

let server;
let outbox;
const begin = (me = alice) => new Outbox(server, me);
const post = (body, members = {}) => outbox.post({ room: ROOM, kind: "text", body, ...members });
const waiting = (thread) => outbox.of(ROOM, thread).map(({ body }) => body);
const posts = () => server.of("message.post").map(({ body }) => body);

beforeEach(() => {
  server = new Server();
  outbox = begin();
});

test("a message waits until the server has stored it, and is told as stored", async () => {
  const answer = later();
  server.answers("message.post", () => answer.promise);
  let stored = null;
  outbox.addEventListener("stored", ({ detail }) => {
    stored = detail;
  });
  post("Hello");
  await settled();
  assert.deepEqual(waiting(), ["Hello"]);
  await answer.arrive({ message: message(1, alice) });
  assert.deepEqual(waiting(), []);
  assert.deepEqual([stored.room, stored.message.id], [ROOM, 1]);
});

test("messages of a room go out one after the other, and those of another room do not wait for them", async () => {
  const answer = later();
  server.answers("message.post", ({ body }) => (body === "first" ? answer.promise : { message: message(2, alice) }));
  post("first");
  post("second");
  outbox.post({ room: 8, kind: "text", body: "elsewhere" });
  await settled();
  assert.deepEqual(posts(), ["first", "elsewhere"]);
  await answer.arrive({ message: message(1, alice) });
  assert.deepEqual(posts(), ["first", "elsewhere", "second"]);
});

test("a message that met no connection goes out with the next one, under the same client id", async () => {
  server.answers("message.post", refusal("unsent", { retry: true }));
  post("Hello");
  await pass(60_000);
  assert.equal(posts().length, 1);
  server.answers("message.post", { message: message(1, alice) });
  outbox.sendAll();
  await settled();
  const [first, second] = server.of("message.post");
  assert.equal(first.client_id, second.client_id);
  assert.deepEqual(waiting(), []);
});

test("what was not sent outlives a reload of the tab, for its author only", async () => {
  server.answers("message.post", refusal("unsent", { retry: true }));
  post("Hello");
  await settled();
  assert.deepEqual(begin(bob).of(ROOM), []);
  outbox = begin();
  assert.deepEqual(waiting(), ["Hello"]);
});

test("a message that was refused for good says so, and the next one goes out", async () => {
  server.answers("message.post", ({ body }) =>
    body === "forbidden" ? refusal("forbidden") : { message: message(1, alice) },
  );
  post("forbidden");
  post("fine");
  await settled();
  assert.deepEqual(waiting(), ["forbidden"]);
  assert.equal(outbox.of(ROOM)[0].failed, "refused: forbidden");
  assert.deepEqual(posts(), ["forbidden", "fine"]);
});

test("a message that failed is sent again, or discarded, as its author decides", async () => {
  server.answers("message.post", refusal("forbidden"));
  post("again");
  post("never");
  await settled();
  const [again, never] = outbox.of(ROOM);
  server.answers("message.post", { message: message(1, alice) });
  outbox.discard(never.client_id);
  outbox.again(again.client_id);
  await settled();
  assert.deepEqual(waiting(), []);
  assert.deepEqual(posts(), ["again", "never", "again"]);
});

test("a server that cannot store just now is asked ten times more, and then the author decides", async () => {
  server.answers("message.post", refusal("unavailable", { retry: true }));
  post("Hello");
  await settled();
  assert.equal(outbox.of(ROOM)[0].failed, null);
  await pass(60_000);
  assert.equal(posts().length, 11);
  assert.equal(outbox.of(ROOM)[0].failed, "refused: unavailable");
});

test("slow mode is no failure: the message goes when its time has come, and not before", async () => {
  server.answers("message.post", refusal("slow", { retry: true, wait: 30_000 }));
  post("Hello");
  await pass(29_000);
  assert.equal(posts().length, 1);
  server.answers("message.post", { message: message(1, alice) });
  await pass(2000);
  assert.equal(posts().length, 2);
  assert.deepEqual(waiting(), []);
});

test("a change of the room ends the wait in it", async () => {
  server.answers("message.post", refusal("slow", { retry: true, wait: 300_000 }));
  post("Hello");
  await settled();
  server.answers("message.post", { message: message(1, alice) });
  outbox.hurry(ROOM);
  await settled();
  assert.deepEqual(waiting(), []);
});

test("what is replied in a thread waits there, and not in its room", async () => {
  server.answers("message.post", () => later().promise);
  post("in the room");
  post("in the thread", { thread: 5 });
  await settled();
  assert.deepEqual(waiting(), ["in the room"]);
  assert.deepEqual(waiting(5), ["in the thread"]);
});

test("a quote is shown before it is stored, shortened and without what its author hid", async () => {
  server.answers("message.post", () => later().promise);
  const hidden = { body: "The end: ||he dies||", html: 'The end: <span class="spoiler">he dies</span>' };
  post("Oh", { quote: message(1, bob, hidden) });
  post("Long", { quote: message(2, bob, { body: "é".repeat(400) }) });
  await settled();
  const [oh, long] = outbox.of(ROOM);
  assert.deepEqual([oh.quote.id, oh.quote.author.id, oh.quote.body.includes("dies")], [1, bob.id, false]);
  assert.equal(long.quote.body.length, 300);
  assert.equal(server.of("message.post")[0].quote, 1);
});

test("client ids are those of RFC 9562, and none comes twice", async () => {
  server.answers("message.post", () => later().promise);
  for (let count = 0; count < 50; count += 1) post("Hello");
  const ids = outbox.of(ROOM).map(({ client_id }) => client_id);
  assert.equal(new Set(ids).size, 50);
  for (const id of ids) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
