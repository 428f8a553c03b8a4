import { dayKeyOf } from "../lib/times.js";

const DAY = 24 * 60 * 60_000; // ms
const TOGETHER = 5 * 60_000; // ms: what one person says within it reads as one piece
const COMINGS = new Set(["joined", "left"]); // notices of these are told in one line

/**
 * @typedef {{ kind: string, body: string, client_id: string, created_at: string }} Pending
 * @typedef {Message | (Pending & { author: User } & Partial<Pick<Message, "position" | "notice" | "deleted">>)} Told
 * @typedef {{ messages: Message[], newAfter: number | null }} Shown
 * @typedef {{ me: User, counts(message: Told): boolean }} Reader
 * @typedef {{ type: string, key: string, message: Told, date: Date, messages?: Told[], next?: boolean }} MessageRow
 * @typedef {MessageRow | { type: string, key: string, date?: Date, message?: undefined }} Row
 */

/**
 * The lines of a log, top to bottom: days, the "New" line, messages, and last what is still on its way.
 * @param {{ timeline: Shown, pending: Pending[], chat: Reader }} conversation
 * @returns {Row[]}
 */
export function rowsOf({ timeline, pending, chat }) {
  /** @type {Row[]} */
  const rows = [];
  const days = new Map(); // how many lines each has
  /** @type {MessageRow | null} */
  let previous = null;
  /** @type {Date | null} */
  let shown = null; // the date whose day the last line names
  let newAfter = timeline.newAfter ?? Infinity; // where the line does not stand yet
  for (const message of [...timeline.messages, ...unstored(timeline, pending, chat.me)]) {
    const date = new Date(message.created_at);
    if (shown === null || beginsDay(date, shown)) rows.push(dayRow(date, days));
    if (shown === null || !isDatedBack(date, shown)) shown = date;
    if ((message.position ?? 0) > newAfter && chat.counts(message)) {
      newAfter = Infinity;
      rows.push({ type: "new", key: "new" });
    }
    const last = rows.at(-1) === previous ? previous : null;
    if (last && addComing(last, message)) continue;
    const item = isComing(message) ? comingsFrom(message, date) : rowOf(message, date);
    item.next = last !== null && belongTogether(last, item);
    rows.push(item);
    previous = item;
  }
  return rows;
}

/**
 * Clocks of servers differ: what is dated back by less than a day stands under the line that is there.
 * @param {Date} date
 * @param {Date} shown
 */
function isDatedBack(date, shown) {
  return date < shown && shown.getTime() - date.getTime() < DAY;
}

/**
 * @param {Date} date
 * @param {Date} shown
 */
function beginsDay(date, shown) {
  return !isDatedBack(date, shown) && dayKeyOf(date) !== dayKeyOf(shown);
}

/**
 * Imported messages may come back to a day that has a line.
 * @param {Date} date
 * @param {Map<number, number>} days
 * @returns {Row}
 */
function dayRow(date, days) {
  const day = dayKeyOf(date);
  const count = days.get(day) ?? 0;
  days.set(day, count + 1);
  return { type: "day", key: count ? `day ${day} ${count}` : `day ${day}`, date };
}

/**
 * @param {Told} message
 * @param {Date} date
 * @returns {MessageRow}
 */
function rowOf(message, date) {
  return { type: "message", key: `${message.author.id} ${message.client_id}`, message, date };
}

/**
 * People who come and go one after another, in one line.
 * @param {Told} message
 * @param {Date} date
 * @returns {MessageRow}
 */
function comingsFrom(message, date) {
  return { ...rowOf(message, date), type: "comings", messages: [message] };
}

/**
 * @param {MessageRow} last
 * @param {Told} message
 */
function addComing(last, message) {
  if (last.type !== "comings" || !isComing(message)) return false;
  last.messages?.push(message);
  return true;
}

/** @param {Told} message */
function isComing({ notice, deleted }) {
  return !deleted && COMINGS.has(notice?.what ?? "");
}

/**
 * @param {Shown} timeline
 * @param {Pending[]} pending
 * @param {User} me
 * @returns {Told[]}
 */
function unstored(timeline, pending, me) {
  const stored = new Set(pending.length ? timeline.messages.map((message) => message.client_id) : []);
  return pending.filter((entry) => !stored.has(entry.client_id)).map((entry) => ({ ...entry, author: me }));
}

/**
 * @param {MessageRow} one
 * @param {MessageRow} other
 */
function belongTogether(one, other) {
  const sameAuthor = one.message.author.id === other.message.author.id;
  const bothText = one.message.kind === "text" && other.message.kind === "text";
  return sameAuthor && bothText && other.date.getTime() - one.date.getTime() < TOGETHER;
}
