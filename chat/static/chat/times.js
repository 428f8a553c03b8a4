import { gettext, interpolate } from "./words.js";

const DAY = 86_400_000; // ms

// The page's language, in the form that the reader's browser prefers: en-GB writes 16:41, en-US 4:41 PM.
const language = document.documentElement.lang;
export const locale = navigator.languages.find((one) => one.split("-")[0] === language.split("-")[0]) ?? language;

const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(locale, { dateStyle: "full" });

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
