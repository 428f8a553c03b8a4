import "../page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ReadReporter } from "../../../static/chat/models/read-reporter.js";
import { Timeline } from "../../../static/chat/models/timeline.js";
import { pass, settled } from "../page.js";
import { bob, message, refusal } from "../server.js";

let conversation;
let reading;
let reports;

// Ten messages. Three of them are read, and the end is visible.
beforeEach(() => {
  reports = [];
  const timeline = new Timeline(7);
  timeline.reset({ messages: Array.from({ length: 10 }, (_, index) => message(index + 1)), more: false }, 10);
  conversation = {
    timeline,
    following: true,
    lastRead: 3,
    version: 10,
    isCovered: false,
    isWaiting: true,
    lowest: () => 6,
    seen: () => {
      conversation.isWaiting = false;
    },
    report: (position) => {
      reports.push(position);
      return Promise.resolve();
    },
  };
  reading = new ReadReporter(conversation);
});

test("what stood on the screen for a second is read, and reported once", async () => {
  reading.consider();
  await pass(900);
  assert.deepEqual(reports, []);
  await pass(200);
  reading.consider();
  await pass(5000);
  assert.deepEqual(reports, [10]);
  assert.equal(reading.isCaughtUp, true);
});

test("of a log that is scrolled up, what stands lowest is read and no more", async () => {
  conversation.following = false;
  reading.consider();
  await pass(1100);
  assert.deepEqual([reports, reading.upTo, reading.isCaughtUp], [[6], 6, false]);
});

for (const [what, first, then] of [
  ["went out of sight again", 9, 5],
  ["came into sight meanwhile", 5, 9],
]) {
  test(`what ${what} was not on the screen for a second, and is not read`, async () => {
    conversation.following = false;
    conversation.lowest = () => first;
    reading.consider();
    await pass(500);
    conversation.lowest = () => then;
    await pass(600);
    assert.deepEqual(reports, [5]);
  });
}

for (const [what, hide] of [
  ["in a tab that is out of sight", () => Object.assign(document, { hidden: true })],
  ["in a window without the focus", () => Object.assign(document, { hasFocus: () => false })],
  ["under a drawer", () => Object.assign(conversation, { isCovered: true })],
]) {
  test(`nothing is read ${what}`, async () => {
    hide();
    reading.consider();
    await pass(5000);
    assert.deepEqual(reports, []);
  });
}

test("a look ends when the window loses the focus before the second is over", async () => {
  reading.consider();
  await pass(800);
  document.hasFocus = () => false;
  reading.consider();
  await pass(5000);
  assert.deepEqual(reports, []);
});

test("what was marked as unread stays so until the person reads on", async () => {
  reading.hold();
  reading.consider();
  await pass(5000);
  assert.deepEqual(reports, []);
  reading.goOn();
  await pass(1100);
  assert.deepEqual(reports, [10]);
});

test("what comes while all is read counts as read, though the person looks away within the second", async () => {
  reading.consider();
  await pass(1100);
  conversation.timeline.upsert(message(11), true);
  reading.consider();
  await pass(500);
  assert.deepEqual(reports, [10]);
  document.hasFocus = () => false;
  reading.consider();
  assert.deepEqual([reports, reading.isCaughtUp], [[10, 11], false]);
});

test("across a gap only who went to the end by themselves has read it", async () => {
  conversation.timeline.more = true;
  conversation.lastRead = 0;
  reading.consider();
  await pass(5000);
  assert.deepEqual(reports, []);
  reading.goOn();
  await pass(2100); // the timer that runs now started before that
  assert.deepEqual(reports, [10]);
});

test("a report that the server could not take is made again", async () => {
  conversation.report = (position) => {
    reports.push(position);
    return reports.length === 1 ? Promise.reject(refusal("unavailable", { retry: true })) : Promise.resolve();
  };
  reading.consider();
  await pass(1100);
  assert.deepEqual(reports, [10]);
  await pass(7000);
  assert.deepEqual(reports, [10, 10]);
});

test("to say that all is read covers what the page does not have", () => {
  conversation.version = 40;
  reading.finish();
  assert.deepEqual(reports, [40]);
});

test("everything before a position is read once the server knows", async () => {
  let isKnown = false;
  reading.readBefore(8).then(() => {
    isKnown = true;
  });
  await settled();
  assert.deepEqual([reports, isKnown], [[7], true]);
  await reading.readBefore(5);
  assert.deepEqual(reports, [7]);
});

test("in a thread in which one takes no part nothing is unread", async () => {
  conversation.lastRead = null;
  conversation.isWaiting = false;
  conversation.timeline.upsert(message(11, bob), true);
  reading.consider();
  await pass(5000);
  assert.deepEqual(reports, []);
});
