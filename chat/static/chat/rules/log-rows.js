import { dayKeyOf } from "../lib/times.js";

const DAY = 24 * 60 * 60_000; // ms
const TOGETHER = 5 * 60_000; // ms: messages of one author within it are grouped
const COMINGS = new Set(["joined", "left"]); // notices that are combined into one line

/**
 * @typedef {{ kind: string, body: string, client_id: string, created_at: string }} Pending
 * @typedef {Message | (Pending & { author: User } & Partial<Pick<Message, "position" | "notice" | "deleted">>)} Told
 * @typedef {{ messages: Message[], newAfter: number | null }} Shown
 * @typedef {{ me: User, counts(message: Told): boolean }} Reader
 * @typedef {{ type: string, key: string, message: Told, date: Date, messages?: Told[], next?: boolean }} MessageRow
 * @typedef {MessageRow | { type: string, key: string, date?: Date, message?: undefined }} Row
 */

/**
 * Returns the rows of a log, top to bottom: days, the "New" line, messages, and pending messages.
 * @param {{ timeline: Shown, pending: Pending[], chat: Reader }} conversation
 * @returns {Row[]}
 */
export function rowsOf({ timeline, pending, chat }) {
  /** @type {Row[]} */
  const rows = [];
  const days = new Map(); // number of headings for each day
  /** @type {MessageRow | null} */
  let previous = null;
  /** @type {Date | null} */
  let shown = null; // the date of the last heading's day
  let newAfter = timeline.newAfter ?? Infinity; // until the "New" line is placed
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
 * Returns true if a message is dated back by less than a day, since servers' clocks differ. It stays under the present
 * heading.
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
 * Returns a heading. Imported messages may return to a day that already has one.
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
 * Starts a row that combines members who join and leave in succession.
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
