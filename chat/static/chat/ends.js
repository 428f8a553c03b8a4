import { gettext } from "./words.js";

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;

// When a status may end: [name, words, when that is].
export const ENDS = [
  ["never", gettext("Never"), () => null],
  ["half-hour", gettext("In 30 minutes"), () => after(30 * MINUTE)],
  ["hour", gettext("In 1 hour"), () => after(HOUR)],
  ["four-hours", gettext("In 4 hours"), () => after(4 * HOUR)],
  ["today", gettext("Today"), () => endOfDay(0)],
  ["week", gettext("This week"), () => endOfDay(daysLeftOfWeek())],
];

// An ISO time, or null.
export function endOf(wanted) {
  const [, , end] = ENDS.find(([name]) => name === wanted);
  return end()?.toISOString() ?? null;
}

const after = (time) => new Date(Date.now() + time);

// The last minute of the day that is so many days from now, in the person's own time.
function endOfDay(days) {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 23, 59, 59);
}

// A week ends with its Sunday.
function daysLeftOfWeek() {
  return (7 - new Date().getDay()) % 7;
}
