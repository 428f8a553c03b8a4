import { gettext, interpolate } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";
import { smileIcon } from "./icons.js";
import { peopleText } from "./sentence.js";

// Reactions under a message. A click adds or removes the user's own.
export function reactionsOf(message, { chat, open }) {
  if (!message.reactions?.length) return nothing;
  const chips = message.reactions.map((reaction) => chip(message, reaction, chat));
  // A changing number says little to a screen reader: reaction-news.js announces reactions instead.
  return html`<div class="reactions" aria-live="off">${chips}${chat.acts.may("react", message) ? more(message, open) : nothing}</div>`;
}

function more(message, open) {
  const words = gettext("Add a reaction");
  return html`<button type="button" class="chip add" aria-label=${words} title=${words}
    @click=${({ currentTarget }) => open("picker", message, currentTarget)}>${smileIcon}</button>`;
}

function chip(message, { emoji, users }, chat) {
  const isMine = users.some((user) => user.id === chat.me.id);
  const people = peopleText(users);
  const count = users.length.toLocaleString();
  const words = interpolate(gettext("%(emoji)s %(count)s, by %(people)s"), { emoji, count, people });
  return html`<button type="button" class="chip" data-emoji=${emoji} aria-pressed=${isMine} aria-label=${words}
    title=${people} ?disabled=${!chat.acts.may("react", message)}
    @click=${() => chat.acts.react(message, emoji)}><i>${emoji}</i>
    <span>${count}</span></button>`;
}
