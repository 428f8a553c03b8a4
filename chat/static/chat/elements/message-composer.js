import { html, nothing } from "../vendor/lit.js";
import { closeIcon, sendIcon } from "../parts/icons.js";
import { excerpt } from "../parts/quote.js";
import { isBlank } from "../blank.js";
import { Drafts } from "../drafts.js";
import { nameOf } from "../room-name.js";
import { TypingSignal } from "../typing.js";
import { gettext, interpolate, ngettext } from "../words.js";
import { grow } from "./growing.js";
import { LightElement } from "./light.js";
import "./mention-list.js";
import "./silence-note.js";
import "./slow-note.js";
import "./typing-line.js";

const WARN = 200; // characters before the limit
const ACTION = /^\/me\s+(?=\S)/u;

// Where one writes. Enter sends; what cannot be sent yet waits in the outbox, so nothing is ever disabled. One element
// is one conversation's.
export class MessageComposer extends LightElement {
  static properties = { conversation: { attribute: false }, left: { state: true } };
  #drafts = null;
  #signal = null;
  #quoting = null;
  #silence = null; // why one cannot write
  #wasSilent = false;
  #hadFocus = false; // when that began

  constructor() {
    super();
    this.left = null; // characters; null: enough
  }

  willUpdate() {
    const { conversation } = this;
    const { chat, room, thread } = conversation;
    this.follow(conversation, chat, chat.rooms);
    this.#drafts ??= new Drafts(chat.me);
    this.#signal ??= new TypingSignal(chat.socket, { room, thread: thread ?? undefined });
    const { silence } = chat.acts;
    if (silence && !this.#silence) this.#hadFocus = this.contains(document.activeElement);
    this.#silence = silence;
    this.#wasSilent ||= silence !== null;
    if (silence) this.#signal.ended();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#signal?.ended();
  }

  render() {
    const words = this.#words;
    const note = this.conversation.thread === null ? "composer-note" : "thread-note";
    return html`<typing-line .conversation=${this.conversation}></typing-line>${this.#quoted()}
      <silence-note .chat=${this.conversation.chat} .isKept=${!isBlank(this.#draft)}></silence-note>
      <form class="composer" ?hidden=${this.#silence} ?data-over=${this.left < 0} @submit=${this.#submit}>
      <mention-list .conversation=${this.conversation}></mention-list>
      <textarea name="body" rows="1" dir="auto" placeholder=${words} aria-label=${words} aria-autocomplete="list"
        aria-describedby=${note} enterkeyhint="send" @input=${this.#typed} @keydown=${this.#key}></textarea>
      <button class="send" aria-label=${gettext("Send")} title=${gettext("Send")}>${sendIcon}</button></form>
      <slow-note .conversation=${this.conversation}></slow-note>
      <p id=${note} class="composer-note" role="status" ?data-over=${this.left < 0}>${this.#note()}</p>`;
  }

  firstUpdated() {
    this.#textarea.value = this.#draft;
    this.#written();
    this.focus();
  }

  // On a touch screen focus would bring up the keyboard over the conversation.
  focus() {
    if (!matchMedia("(pointer: coarse)").matches) this.#textarea?.focus();
  }

  updated() {
    this.#resume();
    if (this.#quoting === this.conversation.quoting) return;
    this.#quoting = this.conversation.quoting;
    if (this.#quoting) this.#textarea.focus();
  }

  // One can write again: on where one was, if one is nowhere else by now. What is hidden has no height to grow to.
  #resume() {
    if (this.#silence || !this.#wasSilent) return;
    this.#wasSilent = false;
    grow(this.#textarea);
    if (this.#hadFocus && document.activeElement === document.body) this.focus();
  }

  get #textarea() {
    return this.querySelector("textarea");
  }

  get #mentions() {
    return this.querySelector("mention-list");
  }

  get #place() {
    const { room, thread } = this.conversation;
    return thread === null ? room : `${room}:${thread}`;
  }

  get #draft() {
    return this.#drafts.of(this.#place);
  }

  get #words() {
    const { chat, thread } = this.conversation;
    if (thread !== null) return gettext("Reply");
    const name = chat.room?.kind === "public" ? `#${chat.room.name}` : nameOf(chat.room);
    return interpolate(gettext("Message %(room)s"), { room: name });
  }

  #quoted() {
    const { quoting } = this.conversation;
    if (!quoting) return nothing;
    const words = gettext("Do not quote");
    return html`<div class="quoting" data-quote=${quoting.id}><p class="quote">${excerpt(quoting)}</p>
      <button type="button" class="tool" aria-label=${words} title=${words} @click=${this.#unquote}
        >${closeIcon}</button></div>`;
  }

  #note() {
    if (this.#silence) return nothing;
    if (this.left === null) {
      return html`<span class="hint">${gettext("Enter sends, Shift + Enter starts a new line")}</span>`;
    }
    const count = Math.abs(this.left);
    const words =
      this.left < 0
        ? ngettext("%(count)s character too long", "%(count)s characters too long", count)
        : ngettext("%(count)s character left", "%(count)s characters left", count);
    return interpolate(words, { count });
  }

  #typed = () => {
    this.#written();
    this.#mentions.follow(this.#textarea);
    if (!isBlank(this.#textarea.value)) this.#signal.typed();
    else this.#signal.ended();
  };

  #written() {
    const { value } = this.#textarea;
    this.#drafts.keep(this.#place, value);
    this.#measure(value);
    grow(this.#textarea);
  }

  #key = (event) => {
    if (event.isComposing || this.#mentions.takes(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit(event);
    } else if (event.key === "ArrowUp" && !this.#textarea.value) {
      event.preventDefault();
      this.conversation.editLatest();
    } else if (event.key === "Escape" && this.conversation.quoting) {
      event.stopPropagation();
      this.#unquote();
    }
  };

  #unquote = () => {
    this.conversation.quote(null);
    this.#textarea.focus();
  };

  #submit = (event) => {
    event.preventDefault();
    const { value } = this.#textarea;
    if (isBlank(value) || this.left < 0) return;
    this.#signal.ended();
    this.#mentions.close();
    const isAction = ACTION.test(value);
    this.conversation.post(isAction ? "action" : "text", isAction ? value.replace(ACTION, "") : value);
    this.#textarea.value = "";
    this.#written();
    this.#textarea.focus();
  };

  // The server counts characters, JavaScript halves of some: counted only where it may matter.
  #measure(value) {
    const limit = this.conversation.chat.limits.body_length ?? Infinity;
    const left = value.length < limit - WARN ? null : limit - [...value].length;
    this.left = left === null || left > WARN ? null : left;
  }
}

customElements.define("message-composer", MessageComposer);
