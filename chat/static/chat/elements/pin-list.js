import { gettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { avatar } from "../parts/avatar.js";
import { inserted } from "../parts/body.js";
import { foldedText } from "../parts/folded.js";
import { olderOf } from "../parts/older.js";
import { sentence } from "../parts/sentence.js";
import { fullName } from "../rules/full-name.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// List of the room's pins, the latest first. Each entry leads to its message.
export class PinList extends LightElement {
  static properties = { chat: { attribute: false } };

  willUpdate() {
    this.follow(this.chat.pins, this.chat.blocks);
  }

  render() {
    const { pins } = this.chat;
    if (!pins.messages && pins.failed) {
      return html`<p class="note" role="alert">${gettext("Couldn’t load pinned messages.")}
        <button type="button" class="link" @click=${() => pins.load()}>${gettext("Try again")}</button></p>`;
    }
    if (!pins.messages) return html`<p class="note" role="status">${gettext("Loading…")}</p>`;
    const none = gettext("Pin messages to keep them handy for everyone.");
    if (!pins.count) return html`<p class="note">${none}</p>`;
    return html`<ul class="cards">${repeat(
      pins.messages,
      ({ id }) => id,
      (message) => this.#pin(message),
    )}</ul>
      ${olderOf(pins.older, pins.failed, () => pins.loadOlder())}`;
  }

  #pin(message) {
    const { author, html: safe, pinned } = message;
    const excerpt = this.chat.blocks.folds(message)
      ? html`<p class="excerpt"><em>${foldedText()}</em></p>`
      : html`<div class="excerpt body" dir="auto" .innerHTML=${inserted(safe)}></div>`;
    const by = sentence(gettext("Pinned by %(name)s"), {
      name: html`<bdi>${pinned.by ? fullName(pinned.by) : "?"}</bdi>`,
    });
    const lead = () => this.dispatchEvent(new CustomEvent("lead", { detail: message, bubbles: true }));
    return html`<li class="card" data-pin=${message.id}>
      <p class="by">${avatar(author, "xs")}<b><bdi>${fullName(author)}</bdi></b>
        <time>${momentOf(new Date(message.created_at))}</time></p>
      ${excerpt}<p class="below"><small>${by}</small><button type="button" class="link" @click=${lead}>${gettext("Show")}</button>
        ${this.chat.acts.may("pin", message) ? this.#unpin(message) : nothing}</p></li>`;
  }

  #unpin(message) {
    return html`<button type="button" class="link" data-act="unpin" @click=${() => this.chat.acts.pin(message)}
      >${gettext("Unpin")}</button>`;
  }
}

customElements.define("pin-list", PinList);
