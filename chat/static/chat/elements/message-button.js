import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Button that opens the direct conversation with a user.
export class MessageButton extends LightElement {
  static properties = { chat: { attribute: false }, user: { attribute: false } };

  render() {
    const isMe = this.user.id === this.chat.me.id;
    return html`<button type="button" class="button small quiet" data-act="message" @click=${this.#open}
      >${isMe ? gettext("Notes to self") : gettext("Message")}</button>`;
  }

  #open = async () => {
    const card = this.closest("[popover]");
    try {
      const id = await this.chat.openDirect([this.user]);
      this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
    } catch (error) {
      this.chat.complain(error.message);
    }
    card?.hidePopover();
  };
}

customElements.define("message-button", MessageButton);
