import { gettext, interpolate } from "./words.js";

const MINUTE = 60_000; // ms
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

// The page's language, in the form that the reader's browser prefers: en-GB writes 16:41, en-US 4:41 PM.
const language = document.documentElement.lang;
export const locale = navigator.languages.find((one) => one.split("-")[0] === language.split("-")[0]) ?? language;

const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
const shortAndYear = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

export const timeOf = (date) => clock.format(date);

export const timestampOf = (date) => full.format(date);

export const dayKeyOf = (date) => date.toDateString();

// The time of day, and the day where it is another.
export function momentOf(date, now = new Date()) {
  if (dayKeyOf(date) === dayKeyOf(now)) return timeOf(date);
  return interpolate(gettext("%(day)s, %(time)s"), { day: short.format(date), time: timeOf(date) });
}

export function dayOf(date, now = new Date()) {
  if (dayKeyOf(date) === dayKeyOf(now)) return gettext("Today");
  if (dayKeyOf(date) === dayKeyOf(new Date(now - DAY))) return gettext("Yesterday");
  return (date.getFullYear() === now.getFullYear() ? day : dayAndYear).format(date);
}

// "2 hours ago", and the day where it is longer ago than a week.
export function agoOf(date, now = new Date()) {
  const passed = now - date;
  if (passed < MINUTE) return gettext("just now");
  if (passed < HOUR) return ago.format(-Math.floor(passed / MINUTE), "minute");
  if (passed < DAY) return ago.format(-Math.floor(passed / HOUR), "hour");
  if (passed < WEEK) return ago.format(-Math.round((midnightOf(now) - midnightOf(date)) / DAY), "day");
  return (date.getFullYear() === now.getFullYear() ? short : shortAndYear).format(date);
}

const midnightOf = (date) => new Date(date).setHours(0, 0, 0, 0);

// What time it is in another time zone, with the weekday where it is another; null where the browser does not know it.
export function localTimeOf(timeZone, now = new Date()) {
  try {
    const there = (options) => new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(now);
    const here = new Intl.DateTimeFormat(locale, { weekday: "short" }).format(now);
    const isSameDay = there({ weekday: "short" }) === here;
    return there({ hour: "numeric", minute: "2-digit", ...(isSameDay ? {} : { weekday: "short" }) });
  } catch {
    return null;
  }
}
