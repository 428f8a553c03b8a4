import { gettext, ngettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { fullName } from "../rules/full-name.js";
import { html, nothing } from "../vendor/lit.js";
import { peopleOf, sentence } from "./sentence.js";

const MINUTE = 60; // s

// Notices of the room, as sentences. `by` is the actor, `who` the target.
const SENTENCES = {
  renamed: () => gettext("%(by)s renamed the room to %(to)s"),
  topic: ({ to }) => (to ? gettext("%(by)s changed the topic to %(to)s") : gettext("%(by)s removed the topic")),
  kind: ({ to }) =>
    to === "public" ? gettext("%(by)s made the room public") : gettext("%(by)s made the room private"),
  read_only: () => gettext("%(by)s made the room announcements only"),
  open: () => gettext("%(by)s let everyone post again"),
  locked: () => gettext("%(by)s locked the room"),
  unlocked: () => gettext("%(by)s unlocked the room"),
  slow,
  archived: () => gettext("%(by)s archived the room"),
  restored: () => gettext("%(by)s unarchived the room"),
  added: () => gettext("%(by)s added %(who)s"),
  removed: () => gettext("%(by)s removed %(who)s"),
  banned: ({ until }) => (until ? gettext("%(by)s banned %(who)s until %(until)s") : gettext("%(by)s banned %(who)s")),
  unbanned: () => gettext("%(by)s unbanned %(who)s"),
  muted: () => gettext("%(by)s muted %(who)s until %(until)s"),
  unmuted: () => gettext("%(by)s unmuted %(who)s"),
  role: ({ role }) =>
    role === "moderator" ? gettext("%(by)s made %(who)s a moderator") : gettext("%(by)s made %(who)s a member again"),
  owner: () => gettext("%(by)s made %(who)s the owner of the room"),
  purged: ({ count }) =>
    ngettext("%(by)s deleted %(count)s message from %(who)s", "%(by)s deleted %(count)s messages from %(who)s", count),
};

export function noticeOf({ author, notice }) {
  const words = SENTENCES[notice?.what]?.(notice);
  if (!words) return null;
  const { who, to, until, reason, count, seconds } = notice;
  const shown = { to: html`<b><bdi>${to}</bdi></b>`, until: until && time(until) };
  const values = { by: name(author), who: name(who), count, seconds, minutes: seconds / MINUTE, ...shown };
  return html`${sentence(words, values)}${reason ? html`: <q dir="auto">${reason}</q>` : nothing}`;
}

// Members who joined and left, in one line.
export function comingsOf(messages) {
  const joined = peopleWho("joined", messages);
  const left = peopleWho("left", messages);
  const words = [
    joined.length ? sentence(gettext("%(people)s joined"), { people: peopleOf(joined) }) : null,
    left.length ? sentence(gettext("%(people)s left"), { people: peopleOf(left) }) : null,
  ].filter(Boolean);
  return words.length === 2 ? [words[0], " · ", words[1]] : words[0];
}

function slow({ seconds }) {
  if (!seconds) return gettext("%(by)s turned slow mode off");
  if (seconds % MINUTE) {
    return ngettext(
      "%(by)s set slow mode to %(seconds)s second",
      "%(by)s set slow mode to %(seconds)s seconds",
      seconds,
    );
  }
  return ngettext(
    "%(by)s set slow mode to %(minutes)s minute",
    "%(by)s set slow mode to %(minutes)s minutes",
    seconds / MINUTE,
  );
}

const name = (user) => html`<bdi>${user && fullName(user)}</bdi>`;

const time = (until) => html`<time datetime=${until}>${momentOf(new Date(until))}</time>`;

// Each user once, even if they joined or left several times.
function peopleWho(what, messages) {
  const people = messages.filter(({ notice }) => notice.what === what).map(({ author }) => [author.id, author]);
  return [...new Map(people).values()];
}
