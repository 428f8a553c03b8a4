import { dayKeyOf } from "./times.js";

const TOGETHER = 5 * 60_000; // ms: what one person says within it reads as one piece

// The lines of the log, top to bottom: days, the "New" line, messages, and last what is still on its way.
export function rowsOf(timeline, pending, me) {
  const rows = [];
  let previous = null;
  let marked = timeline.newAfter === null;
  for (const message of [...timeline.messages, ...unstored(timeline, pending, me)]) {
    const date = new Date(message.created_at);
    const day = dayKeyOf(date);
    if (day !== previous?.day) rows.push({ type: "day", key: `day ${day}`, date });
    if (!marked && isNew(message, timeline.newAfter, me)) {
      marked = true;
      rows.push({ type: "new", key: "new" });
    }
    const item = { type: "message", key: `${message.author.id} ${message.client_id}`, message, date, day };
    item.next = previous !== null && rows.at(-1) === previous && belongTogether(previous, item);
    rows.push(item);
    previous = item;
  }
  return rows;
}

function unstored(timeline, pending, me) {
  const stored = new Set(pending.length ? timeline.messages.map((message) => message.client_id) : []);
  return pending.filter((entry) => !stored.has(entry.client_id)).map((entry) => ({ ...entry, author: me }));
}

function isNew({ position, author, kind }, newAfter, me) {
  return position > newAfter && author.id !== me.id && kind !== "notice";
}

function belongTogether(one, other) {
  const sameAuthor = one.message.author.id === other.message.author.id;
  const bothText = one.message.kind === "text" && other.message.kind === "text";
  return sameAuthor && bothText && other.date - one.date < TOGETHER;
}
