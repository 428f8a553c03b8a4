import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { previewOf } from "../rules/previews.js";

const APART = 2000; // ms between two announcements
const SHORT = 60; // characters of the message

// Announces reactions of others to the user's messages, for screen readers. Reactions in quick succession become a
// number. Dispatches "news" on the page.
export class ReactionAnnouncer extends EventTarget {
  #chat;
  #waiting = [];
  #timer = null;

  constructor(chat) {
    super();
    this.#chat = chat;
    chat.socket.addEventListener("message.reacted", ({ detail }) => this.#hear(detail));
  }

  // Drops announcements of the previous room.
  clear() {
    this.#waiting = [];
  }

  #hear({ room, message: id, user, emoji, added, version }) {
    const { shown, me, blocks, timeline, side } = this.#chat;
    if (room !== shown || !added || user.id === me.id || blocks.has(user.id)) return;
    const message = timeline.find(id) ?? side.thread?.timeline.find(id);
    if (message?.author.id !== me.id || message.version >= version) return; // already known
    this.#waiting.push(wordsOf({ user, emoji, message }));
    if (!this.#timer) this.#tell();
  }

  #tell() {
    this.#timer = null;
    const [first, ...others] = this.#waiting;
    if (!first) return;
    this.clear();
    this.#timer = setTimeout(() => this.#tell(), APART);
    this.dispatchEvent(new CustomEvent("news", { detail: others.length ? numberOf(others.length + 1) : first }));
  }
}

function wordsOf({ user: { name }, emoji, message }) {
  const letters = [...previewOf(message)];
  const text = letters.length > SHORT ? `${letters.slice(0, SHORT).join("")}…` : letters.join("");
  return interpolate(gettext("%(name)s reacted %(emoji)s to your message: %(text)s"), { name, emoji, text });
}

function numberOf(count) {
  const words = ngettext("%(count)s reaction to your messages", "%(count)s reactions to your messages", count);
  return interpolate(words, { count: count.toLocaleString() });
}
