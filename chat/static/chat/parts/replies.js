import { interpolate, ngettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { html, nothing } from "../vendor/lit.js";
import { avatar } from "./avatar.js";

const FACES = 4; // more pictures would add nothing

export function countOfReplies(count) {
  return interpolate(ngettext("%(count)s reply", "%(count)s replies", count), { count: count.toLocaleString() });
}

// Summary of a message's thread: number of replies, authors and time. It opens the thread.
export function repliesTo(message, { chat, conversation }) {
  const { replies } = message;
  if (!replies?.count || conversation.thread === message.id) return nothing;
  const values = { count: replies.count.toLocaleString(), time: momentOf(new Date(replies.last_at)) };
  const words = ngettext("%(count)s reply, at %(time)s", "%(count)s replies, last at %(time)s", replies.count);
  return html`<button type="button" class="replies" data-replies=${replies.count}
    @click=${() => chat.side.openThread(message.id)}>
    <span class="faces">${replies.people.slice(0, FACES).map((user) => avatar(user, "xs"))}</span>
    ${interpolate(words, values)}</button>`;
}
