import { html, nothing } from "../vendor/lit.js";
import { linked } from "../parts/text.js";
import { momentOf, timestampOf } from "../times.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";

// What an edited message said before, and says now.
export class EditsDialog extends LightElement {
  static properties = { chat: { attribute: false }, message: { state: true }, edits: { state: true } };

  async show(message) {
    this.message = message;
    this.edits = null; // not known yet; undefined: not to be had
    await this.updateComplete;
    this.querySelector("dialog").showModal();
    try {
      this.edits = (await this.chat.fetch(`messages/${message.id}/edits/`)).edits;
    } catch {
      this.edits = undefined;
    }
  }

  render() {
    return html`<dialog class="edits" aria-labelledby="edits-title"><h2 id="edits-title">${gettext("Edits")}</h2>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="edits-title">
        ${this.message ? this.#body() : nothing}</div>
      <form method="dialog" class="buttons">
        <button class="button quiet" autofocus>${gettext("Close")}</button></form></dialog>`;
  }

  #body() {
    if (this.edits === null) return html`<p role="status">${gettext("Loading…")}</p>`;
    if (!this.edits) return html`<p role="alert">${gettext("The edits did not load.")}</p>`;
    const { body, edited_at: at } = this.message;
    const now = { body, at, isNow: true };
    return html`<ol>${[...this.edits, now].map((version) => this.#version(version))}</ol>`;
  }

  #version({ body, at, isNow }) {
    const date = new Date(at);
    return html`<li><p class="when"><time datetime=${date.toISOString()} title=${timestampOf(date)}
      >${momentOf(date)}</time> ${isNow ? gettext("(now)") : nothing}</p>
      <p class="version" dir="auto">${linked(body)}</p></li>`;
  }
}

customElements.define("edits-dialog", EditsDialog);
