import { gettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { avatar } from "../parts/avatar.js";
import { unreadText } from "../parts/counts.js";
import { foldedText } from "../parts/folded.js";
import { olderOf } from "../parts/older.js";
import { countOfReplies } from "../parts/replies.js";
import { fullName } from "../rules/full-name.js";
import { previewOf } from "../rules/previews.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// List of the threads that the user takes part in, the most recently active first. It reloads when their count changes.
export class ThreadList extends LightElement {
  static properties = {
    chat: { attribute: false },
    threads: { state: true },
    older: { state: true }, // loads the next page
    failed: { state: true },
  };
  #count = null;
  #asked = 0;

  willUpdate() {
    this.follow(this.chat.rooms, this.chat.blocks);
    const { threads } = this.chat.room ?? {};
    if (threads === this.#count) return;
    this.#count = threads;
    this.#load();
  }

  render() {
    if (this.failed && !this.older) {
      return html`<p class="note" role="alert">${gettext("Couldn’t load threads.")}
        <button type="button" class="link" @click=${() => this.#load()}>${gettext("Try again")}</button></p>`;
    }
    if (!this.threads) return html`<p class="note" role="status">${gettext("Loading…")}</p>`;
    const none = gettext("Threads you follow will appear here.");
    if (!this.threads.length) return html`<p class="note">${none}</p>`;
    const threads = repeat(
      this.threads,
      ({ message }) => message.id,
      (one) => this.#thread(one),
    );
    return html`<ul class="cards">${threads}</ul>
      ${olderOf(this.older, this.failed, () => this.#load({ before: this.older }))}`;
  }

  #thread({ message, unread }) {
    const { replies } = message;
    const open = () => this.chat.side.openThread(message.id);
    return html`<li class="card" data-thread=${message.id} data-unread=${unread}><button type="button" @click=${open}>
      <span class="by">${avatar(message.author, "xs")}<b><bdi>${fullName(message.author)}</bdi></b>
        ${
          unread
            ? html`<span class="badge mention">${unreadText(unread)}
          <span class="visually-hidden">${gettext("unread")}</span></span>`
            : nothing
        }</span>
      <span class="excerpt" dir="auto">${this.#words(message)}</span>
      ${replies ? html`<small>${summary(replies)}</small>` : nothing}</button></li>`;
  }

  #words(message) {
    if (message.deleted) return gettext("This message was deleted.");
    return this.chat.blocks.folds(message) ? foldedText() : previewOf(message);
  }

  async #load(query) {
    const asked = ++this.#asked;
    this.failed = false;
    try {
      const { threads, older } = await this.chat.fetch("threads/", query);
      if (asked !== this.#asked) return;
      this.threads = query ? withoutRepeats([...this.threads, ...threads]) : threads;
      this.older = older;
    } catch {
      this.failed = asked === this.#asked;
    }
  }
}

// A thread with a new reply has moved up, and may appear in two pages.
const withoutRepeats = (threads) => [...new Map(threads.map((one) => [one.message.id, one])).values()];

const summary = ({ count, last_at: last }) => `${countOfReplies(count)} · ${momentOf(new Date(last))}`;

customElements.define("thread-list", ThreadList);
