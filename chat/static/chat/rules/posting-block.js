import { now } from "../lib/clock.js";
import { html, nothing } from "../vendor/lit.js";
import { sentence } from "../parts/sentence.js";
import { momentOf } from "../lib/times.js";
import { gettext, ngettext } from "../lib/i18n.js";

// Why one cannot write in a room: { why, until, reason, user }, or null where one can. `mayAlways`: one moderates it.
export function postingBlockOf(room, mayAlways, blocks) {
  const { archived, locked, muted, read_only: isReadOnly } = room ?? {};
  if (archived) return { why: "archived" };
  if (room?.people?.length && room.people.every(({ deleted }) => deleted)) return { why: "deleted", people: room.people };
  const user = room?.people?.length === 1 ? room.people[0] : null; // of a direct conversation
  if (user && blocks.has(user.id)) return { why: "blocked", user };
  if (muted && Date.parse(muted.until) > now()) return { why: "muted", ...muted };
  if (locked && !mayAlways) return { why: "locked" };
  return isReadOnly && !mayAlways ? { why: "read_only" } : null;
}

const WORDS = {
  archived: () => gettext("This room is archived. It can be read, and nothing in it changes."),
  blocked: () => gettext("You blocked this person. Unblock them to write to them."),
  deleted: ({ people }) =>
    ngettext(
      "This person deleted their account. You can read the conversation, but not write in it.",
      "These people deleted their accounts. You can read the conversation, but not write in it.",
      people.length,
    ),
  locked: () => gettext("This room is locked. Only its moderators write here."),
  read_only: () => gettext("This room is read-only. Only its moderators post here."),
};

export function postingBlockText(silence) {
  const { why, until, reason } = silence;
  if (why !== "muted") return WORDS[why](silence);
  const time = html`<time datetime=${until}>${momentOf(new Date(until))}</time>`;
  const because = reason ? html` <q dir="auto">${reason}</q>` : nothing;
  return html`${sentence(gettext("You are muted in this room until %(time)s."), { time })}${because}`;
}
