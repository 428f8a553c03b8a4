import { gettext, ngettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { html, nothing } from "../vendor/lit.js";
import { sentence } from "./sentence.js";

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

export function postingBlockText(block) {
  const { why, until, reason } = block;
  if (why !== "muted") return WORDS[why](block);
  const time = html`<time datetime=${until}>${momentOf(new Date(until))}</time>`;
  const because = reason ? html` <q dir="auto">${reason}</q>` : nothing;
  return html`${sentence(gettext("You are muted in this room until %(time)s."), { time })}${because}`;
}
