import { gettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Button that blocks a user after a confirmation, or unblocks them.
export class BlockButton extends LightElement {
  static properties = { chat: { attribute: false }, user: { attribute: false } };

  willUpdate() {
    this.follow(this.chat.blocks);
  }

  render() {
    const { blocks, me } = this.chat;
    if (this.user.id === me.id) return nothing;
    const isBlocked = blocks.has(this.user.id);
    return html`<button type="button" class="button small quiet" data-act=${isBlocked ? "unblock" : "block"}
      @click=${isBlocked ? this.#unblock : this.#ask}>${isBlocked ? gettext("Unblock") : gettext("Block…")}</button>`;
  }

  #ask = () => {
    const { user } = this;
    this.closest("[popover]")?.hidePopover();
    this.dispatchEvent(new CustomEvent("block", { detail: user, bubbles: true }));
  };

  #unblock = () => this.chat.acts.unblock(this.user);
}

customElements.define("block-button", BlockButton);
