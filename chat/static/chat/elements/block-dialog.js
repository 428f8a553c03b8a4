import { gettext, interpolate } from "../lib/i18n.js";
import { fullName } from "../rules/full-name.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Confirmation that explains a block.
export class BlockDialog extends LightElement {
  static properties = { chat: { attribute: false }, user: { attribute: false } };

  async ask(user) {
    this.user = user;
    await this.updateComplete;
    this.querySelector("dialog").showModal();
  }

  render() {
    const question = interpolate(gettext("Block %(name)s?"), { name: this.user ? fullName(this.user) : "" });
    return html`<dialog class="block-dialog" aria-labelledby="block-title"><h2 id="block-title" dir="auto">${question}</h2>
      <p>${gettext("They won’t be able to send you direct messages. Their messages will be folded and won’t add to your badges, and you won’t see them typing.")}</p>
      <p>${gettext("They won’t be notified. You can unblock them at any time.")}</p>
      <form method="dialog" class="buttons"><button class="button quiet">${gettext("Cancel")}</button>
        <button class="button danger" @click=${() => this.chat.acts.block(this.user)}>${gettext("Block")}</button></form></dialog>`;
  }
}

customElements.define("block-dialog", BlockDialog);
