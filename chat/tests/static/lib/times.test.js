import "../page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Alarm, learnTime, now } from "../../../static/chat/lib/clock.js";
import { agoOf, dateOf, dayOf, localTimeOf, momentOf } from "../../../static/chat/lib/times.js";
import { isoTime, pass } from "../page.js";

const date = (text) => new Date(text);
const NOW = date("2026-03-02T12:00:00Z");
const HOUR = 3_600_000;

test("the server's clock is the page's, however wrong the machine's is", () => {
  const before = now();
  learnTime(isoTime(2 * HOUR), true);
  assert.equal(now() - before, 2 * HOUR);
  learnTime(isoTime(HOUR)); // this message took longer to arrive
  assert.equal(now() - before, 2 * HOUR);
  learnTime(isoTime(0), true);
  assert.equal(now(), before);
});

test("a server that does not tell its time leaves the clock as it is", () => {
  const before = now();
  learnTime(undefined, true);
  assert.equal(now(), before);
});

test("an alarm rings once, at the first of its times, and not before", async () => {
  let rings = 0;
  const alarm = new Alarm(() => {
    rings += 1;
  });
  alarm.set([isoTime(5000), null, isoTime(2000)]);
  await pass(1900);
  assert.equal(rings, 0);
  await pass(200);
  assert.equal(rings, 1);
  await pass(10_000);
  assert.equal(rings, 1);
});

test("an alarm waits longer than a timer can, and what is set later takes its place", async () => {
  let rings = 0;
  const alarm = new Alarm(() => {
    rings += 1;
  });
  alarm.set([isoTime(60 * 24 * HOUR)]);
  await pass(59 * 24 * HOUR);
  assert.equal(rings, 0);
  alarm.set([]);
  await pass(10 * 24 * HOUR);
  assert.equal(rings, 0);
});

test("a moment names its day unless it is today, and its year unless it is this one", () => {
  assert.equal(momentOf(date("2026-03-02T09:05:00Z"), NOW).replace(/\s/g, " "), "9:05 AM");
  assert.equal(momentOf(date("2026-03-01T09:05:00Z"), NOW).replace(/\s/g, " "), "Mar 1, 9:05 AM");
  assert.equal(dateOf(date("2025-03-01T09:05:00Z"), NOW), "Mar 1, 2025");
});

test("days are called today and yesterday, then by their date", () => {
  assert.equal(dayOf(date("2026-03-02T00:00:00Z"), NOW), "Today");
  assert.equal(dayOf(date("2026-03-01T23:59:59Z"), NOW), "Yesterday");
  assert.equal(dayOf(date("2026-02-28T12:00:00Z"), NOW), "Saturday, February 28");
});

test("what was long ago is named by its day, and the rest by how long ago it was", () => {
  const words = [30_000, 5 * 60_000, 3 * HOUR, 26 * HOUR, 20 * 24 * HOUR].map((ms) => agoOf(new Date(NOW - ms), NOW));
  assert.deepEqual(words, ["just now", "5 minutes ago", "3 hours ago", "yesterday", "Feb 10"]);
});

test("someone's local time has the weekday where it is another, and an unknown zone has none", () => {
  const at = (zone) => localTimeOf(zone, date("2026-03-02T23:30:00Z"))?.replace(/\s/g, " ");
  assert.equal(at("Europe/London"), "11:30 PM");
  assert.equal(at("Asia/Tokyo"), "Tue 8:30 AM");
  assert.equal(localTimeOf("Mars/Olympus"), null);
});
