import { Alarm } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { postingBlockText } from "../parts/posting-block.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import "./block-button.js";

// Note in place of the composer when the user cannot post, with the reason. A mute ends by itself; a block can be
// lifted here.
export class PostingBlockedNote extends LightElement {
  static properties = { chat: { attribute: false }, isKept: { attribute: false } };
  #ends = new Alarm(() => this.chat.changed());

  willUpdate() {
    this.follow(this.chat, this.chat.rooms);
    this.#ends.set([this.chat.acts.postingBlock?.until]);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#ends.set([]);
  }

  render() {
    const { postingBlock } = this.chat.acts;
    return html`<div role="status">${postingBlock ? this.#note(postingBlock) : nothing}</div>`;
  }

  #note(block) {
    const kept = html`<small>${gettext("Your text is kept.")}</small>`;
    return html`<p class="silenced" data-why=${block.why}>${postingBlockText(block)}
      ${block.user ? html`<block-button .chat=${this.chat} .user=${block.user}></block-button>` : nothing}
      ${this.isKept ? kept : nothing}</p>`;
  }
}

customElements.define("posting-blocked-note", PostingBlockedNote);
