import { gettext } from "../lib/i18n.js";
import { momentOf, timestampOf } from "../lib/times.js";
import { olderOf } from "../parts/older.js";
import { withSpoilers } from "../parts/spoilers.js";
import { linked } from "../parts/text.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Dialog with the earlier versions of an edited message, and the present one.
export class EditsDialog extends LightElement {
  static properties = {
    chat: { attribute: false },
    message: { state: true },
    edits: { state: true }, // the loaded ones, earliest first; null: not known yet
    more: { state: true }, // true if there are later ones
    failed: { state: true },
  };
  #asked = 0;

  async show(message) {
    this.message = message;
    this.edits = null;
    await this.updateComplete;
    this.querySelector("dialog").showModal();
    await this.#load({});
  }

  async #load(query) {
    const { message } = this;
    const asked = ++this.#asked;
    this.failed = false;
    try {
      const { edits, more } = await this.chat.fetch(`messages/${message.id}/edits/`, query);
      if (asked !== this.#asked) return;
      this.edits = [...(this.edits ?? []), ...edits];
      this.more = more;
    } catch {
      this.failed = asked === this.#asked;
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
    if (!this.edits && this.failed) return html`<p role="alert">${gettext("Couldn’t load edits.")}</p>`;
    if (!this.edits) return html`<p role="status">${gettext("Loading…")}</p>`;
    const { body, edited_at: at } = this.message;
    const load = () => this.#load({ after: this.edits.at(-1).id });
    const later = this.more ? html`<li>${olderOf(this.more, this.failed, load, gettext("Later"))}</li>` : nothing;
    return html`<ol>${this.edits.map((version) => this.#version(version))}${later}
      ${this.#version({ body, at, isNow: true })}</ol>`;
  }

  #version({ body, at, isNow }) {
    const date = new Date(at);
    return html`<li><p class="when"><time datetime=${date.toISOString()} title=${timestampOf(date)}
      >${momentOf(date)}</time> ${isNow ? gettext("(now)") : nothing}</p>
      <p class="version" dir="auto">${withSpoilers(body, linked)}</p></li>`;
  }
}

customElements.define("edits-dialog", EditsDialog);
