import { gettext } from "../lib/i18n.js";
import { backIcon, closeIcon } from "../parts/icons.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import "./message-composer.js";
import "./message-log.js";
import "./pin-list.js";
import "./thread-list.js";

// Side panel beside the conversation: a thread, the list of threads, or the list of pins.
export class RoomSide extends LightElement {
  static properties = { chat: { attribute: false } };

  willUpdate() {
    const { thread } = this.chat.side;
    this.follow(this.chat, ...(thread ? [thread] : []));
  }

  render() {
    const { side } = this.chat;
    if (!side.shows) return nothing;
    const titles = { thread: gettext("Thread"), threads: gettext("Threads"), pins: gettext("Pinned messages") };
    const close = this.#button(gettext("Close"), closeIcon, () => side.close());
    return html`<div class="side-header">${side.thread ? this.#back() : nothing}
        <h2 tabindex="-1">${titles[side.shows]}</h2>${close}</div>${this.#content(side)}`;
  }

  focus() {
    (this.querySelector("message-composer") ?? this.querySelector("h2"))?.focus();
  }

  #back() {
    return this.#button(gettext("All threads in this room"), backIcon, () => this.chat.side.open("threads"));
  }

  #button(words, icon, act) {
    return html`<button type="button" class="tool" aria-label=${words} title=${words} @click=${act}>${icon}</button>`;
  }

  #content({ shows, thread }) {
    if (shows === "pins") return html`<pin-list .chat=${this.chat}></pin-list>`;
    if (shows === "threads") return html`<thread-list .chat=${this.chat}></thread-list>`;
    return repeat(
      [thread],
      (one) => one,
      () => html`
      <div class="conversation"><message-log .conversation=${thread}></message-log></div>
      ${thread.root?.deleted ? this.#closed() : html`<message-composer .conversation=${thread}></message-composer>`}`,
    );
  }

  #closed() {
    return html`<p class="note">${gettext("This message was deleted. You can’t reply to it any more.")}</p>`;
  }
}

customElements.define("room-side", RoomSide);
