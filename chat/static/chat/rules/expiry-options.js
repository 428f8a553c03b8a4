import { now, present } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { dayKeyOf, endOfDay, weekdayOf } from "../lib/times.js";

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;

/**
 * Options for the end of a status: [name, words, time].
 * @type {[name: string, words: string, end: () => Date | null][]}
 */
export const ENDS = [
  ["never", gettext("Don’t clear"), () => null],
  ["half-hour", gettext("30 minutes"), () => after(30 * MINUTE)],
  ["hour", gettext("1 hour"), () => after(HOUR)],
  ["four-hours", gettext("4 hours"), () => after(4 * HOUR)],
  ["today", gettext("Today"), () => endOfDay(today())],
  ["week", gettext("This week"), () => endOfDay(sunday())],
];

/**
 * Returns an ISO time, or null.
 * @param {string} wanted
 */
export function endOf(wanted) {
  const chosen = ENDS.find(([name]) => name === wanted);
  return chosen?.[2]()?.toISOString() ?? null;
}

/** @param {number} time */
const after = (time) => new Date(now() + time);

const today = () => dayKeyOf(present());

// Weeks end on Sunday.
const sunday = () => today() + ((7 - weekdayOf(today())) % 7);
