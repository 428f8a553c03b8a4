import { present } from "./clock.js";
import { gettext, interpolate } from "./i18n.js";

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const QUARTER = 15 * MINUTE;

// The page's language in the browser's preferred regional form: en-GB writes 16:41, en-US 4:41 PM.
const language = document.documentElement.lang;
export const locale = navigator.languages.find((one) => one.split("-")[0] === language.split("-")[0]) ?? language;

// All times are in one zone: the profile's, or else the browser's.
const timeZone = zoneOf(document.documentElement.dataset.zone);
/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone });

const clock = format({ hour: "numeric", minute: "2-digit" });
const full = format({ dateStyle: "full", timeStyle: "medium" });
const precise = format({ dateStyle: "medium", timeStyle: "medium" });
const short = format({ day: "numeric", month: "short" });
const day = format({ weekday: "long", day: "numeric", month: "long" });
const dayAndYear = format({ dateStyle: "full" });
const shortAndYear = format({ dateStyle: "medium" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
/** @type {Intl.DateTimeFormatOptions} */
const numbers = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
};
const digits = new Intl.DateTimeFormat("en-US", { ...numbers, hourCycle: "h23", timeZone });

/**
 * Returns undefined for a zone that the browser does not know, which selects the browser's own.
 * @param {string | undefined} name
 */
function zoneOf(name) {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/**
 * Returns the time on the user's clock and calendar, as if it were UTC (ms).
 * @param {Date} date
 */
function wallOf(date) {
  const parts = digits.formatToParts(date).map(({ type, value }) => [type, Number(value)]);
  const { year, month, day: ofMonth, hour, minute, second } = Object.fromEntries(parts);
  return Date.UTC(year, month - 1, ofMonth, hour, minute, second);
}

/** @type {Map<number, number>} */
const days = new Map(); // keyed by quarter of an hour, since zones change their clocks at those times

/**
 * Returns the day of the user's calendar as a number, consecutive for consecutive days.
 * @param {Date} date
 * @returns {number}
 */
export function dayKeyOf(date) {
  const quarter = Math.floor(date.getTime() / QUARTER);
  const day = days.get(quarter) ?? Math.floor(wallOf(date) / DAY);
  days.set(quarter, day);
  return day;
}

/** @param {number} key */
export const weekdayOf = (key) => new Date(key * DAY).getUTCDay(); // 0: Sunday

/** @param {Date} date */
const yearOf = (date) => new Date(dayKeyOf(date) * DAY).getUTCFullYear();

/**
 * Returns the last second of a day.
 * @param {number} key
 */
export function endOfDay(key) {
  const wall = (key + 1) * DAY - 1000;
  let end = wall;
  for (let tries = 0; tries < 2; tries += 1) end = wall - (wallOf(new Date(end)) - end);
  return new Date(end);
}

/** @param {Date} date */
export const timeOf = (date) => clock.format(date);

/**
 * Formats day and time to the second, for tables.
 * @param {Date} date
 */
export const secondOf = (date) => precise.format(date);

/** @param {Date} date */
export const timestampOf = (date) => full.format(date);

/**
 * Formats a day within a sentence.
 * @param {Date} date
 */
export const dateOf = (date, now = present()) => (yearOf(date) === yearOf(now) ? short : shortAndYear).format(date);

/**
 * Formats the time of day, with the day unless it is today.
 * @param {Date} date
 */
export function momentOf(date, now = present()) {
  if (dayKeyOf(date) === dayKeyOf(now)) return timeOf(date);
  return interpolate(gettext("%(day)s, %(time)s"), { day: dateOf(date, now), time: timeOf(date) });
}

/**
 * Formats a day as a heading.
 * @param {Date} date
 */
export function dayOf(date, now = present()) {
  const passed = dayKeyOf(now) - dayKeyOf(date);
  if (passed === 0) return gettext("Today");
  if (passed === 1) return gettext("Yesterday");
  return (yearOf(date) === yearOf(now) ? day : dayAndYear).format(date);
}

/**
 * Formats "2 hours ago", or the day after more than a week.
 * @param {Date} date
 */
export function agoOf(date, now = present()) {
  const passed = now.getTime() - date.getTime();
  if (passed < MINUTE) return gettext("just now");
  if (passed < HOUR) return ago.format(-Math.floor(passed / MINUTE), "minute");
  if (passed < DAY) return ago.format(-Math.floor(passed / HOUR), "hour");
  if (passed < WEEK) return ago.format(dayKeyOf(date) - dayKeyOf(now), "day");
  return dateOf(date, now);
}

/**
 * Formats the time in another time zone, with the weekday if it differs; null if the browser does not know the zone.
 * @param {string} itsZone
 */
export function localTimeOf(itsZone, now = present()) {
  try {
    /** @param {Intl.DateTimeFormatOptions} options */
    const there = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone: itsZone }).format(now);
    const here = format({ weekday: "short" }).format(now);
    const isSameDay = there({ weekday: "short" }) === here;
    return there({ hour: "numeric", minute: "2-digit", ...(isSameDay ? {} : { weekday: "short" }) });
  } catch {
    return null;
  }
}
