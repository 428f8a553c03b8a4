import { html } from "../vendor/lit.js";
import { sendIcon } from "../parts/icons.js";
import { Drafts } from "../drafts.js";
import { gettext, interpolate, ngettext } from "../words.js";
import { LightElement } from "./light.js";

const WARN = 200; // characters before the limit
const ACTION = /^\/me\s+(?=\S)/u;
const TALLEST = 0.4; // of the window: the conversation stays in sight

// Where one writes. Enter sends; what cannot be sent yet waits in the outbox, so nothing is ever disabled.
export class MessageComposer extends LightElement {
  static properties = { chat: { attribute: false }, left: { state: true } };
  #drafts = null;
  #room = null;

  constructor() {
    super();
    this.left = null; // characters; null: enough
  }

  willUpdate() {
    this.follow(this.chat, this.chat.rooms);
    this.#drafts ??= new Drafts(this.chat.me);
  }

  render() {
    const { room } = this.chat;
    const name = room?.kind === "public" ? `#${room.name}` : room?.name;
    const words = interpolate(gettext("Message %(room)s"), { room: name });
    return html`<form class="composer" ?data-over=${this.left < 0} @submit=${this.#submit}>
      <textarea name="body" rows="1" dir="auto" placeholder=${words} aria-label=${words}
        aria-describedby="composer-note" enterkeyhint="send" @input=${this.#written} @keydown=${this.#key}></textarea>
      <button class="send" aria-label=${gettext("Send")} title=${gettext("Send")}>${sendIcon}</button></form>
      <p id="composer-note" class="composer-note" role="status" ?data-over=${this.left < 0}>${this.#note()}</p>`;
  }

  updated() {
    if (this.#room === this.chat.shown) return;
    this.#room = this.chat.shown;
    this.#textarea.value = this.#drafts.of(this.#room);
    this.#written();
    // On a touch screen focus would bring up the keyboard over the conversation.
    if (!matchMedia("(pointer: coarse)").matches) this.#textarea.focus();
  }

  get #textarea() {
    return this.querySelector("textarea");
  }

  #note() {
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

  #written = () => {
    const { value } = this.#textarea;
    this.#drafts.keep(this.#room, value);
    this.#measure(value);
    this.#grow();
  };

  #key = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit(event);
  };

  #submit = (event) => {
    event.preventDefault();
    const { value } = this.#textarea;
    if (!value.trim() || this.left < 0) return;
    const isAction = ACTION.test(value);
    this.chat.post(isAction ? "action" : "text", isAction ? value.replace(ACTION, "") : value);
    this.#textarea.value = "";
    this.#written();
    this.#textarea.focus();
  };

  // The server counts characters, JavaScript halves of some: counted only where it may matter.
  #measure(value) {
    const limit = this.chat.limits.body_length ?? Infinity;
    const left = value.length < limit - WARN ? null : limit - [...value].length;
    this.left = left === null || left > WARN ? null : left;
  }

  #grow() {
    const { style } = this.#textarea;
    style.height = "auto";
    style.height = `${Math.min(this.#textarea.scrollHeight, innerHeight * TALLEST)}px`;
  }
}

customElements.define("message-composer", MessageComposer);
