import { gettext, ngettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { html, nothing } from "../vendor/lit.js";
import { sentence } from "./sentence.js";

const WORDS = {
  archived: () => gettext("This room is archived. You can read it, but nothing in it can be changed."),
  blocked: () => gettext("You blocked this person. Unblock them to send a message."),
  deleted: ({ people }) =>
    ngettext(
      "This person deleted their account. You can read the conversation but not post.",
      "These people deleted their accounts. You can read the conversation but not post.",
      people.length,
    ),
  locked: () => gettext("This room is locked. Only moderators can post."),
  read_only: () => gettext("This room is for announcements. Only moderators can post."),
};

export function postingBlockText(block) {
  const { why, until, reason } = block;
  if (why !== "muted") return WORDS[why](block);
  const time = html`<time datetime=${until}>${momentOf(new Date(until))}</time>`;
  const because = reason ? html` <q dir="auto">${reason}</q>` : nothing;
  return html`${sentence(gettext("You are muted in this room until %(time)s."), { time })}${because}`;
}
