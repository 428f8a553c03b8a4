import { gettext } from "../lib/i18n.js";
import { excerpt } from "../parts/quote.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Confirmation: a deletion cannot be undone.
export class DeleteDialog extends LightElement {
  static properties = { chat: { attribute: false }, message: { attribute: false } };

  async ask(message) {
    this.message = message;
    await this.updateComplete;
    this.querySelector("form").reset();
    this.querySelector("dialog").showModal();
  }

  render() {
    const { message } = this;
    return html`<dialog aria-labelledby="delete-title"><h2 id="delete-title">${gettext("Delete this message?")}</h2>
      ${message ? html`<p class="quote">${excerpt(message)}</p>` : nothing}
      <p>${gettext("You can’t undo this. Replies will stay.")}</p>
      <form method="dialog">${message && message.author.id !== this.chat.me.id ? this.#reason() : nothing}
        <div class="buttons"><button type="button" class="button quiet" @click=${this.#keep}
            >${gettext("Cancel")}</button>
          <button class="button danger" @click=${this.#delete}>${gettext("Delete")}</button></div></form></dialog>`;
  }

  // Another author's message: the deletion is logged with a reason.
  #reason() {
    const words = gettext("Reason (optional)");
    return html`<div class="field"><label for="delete-reason">${words}</label>
      <input id="delete-reason" name="reason" maxlength="250" autocomplete="off"></div>`;
  }

  #keep = () => this.querySelector("dialog").close();

  #delete = () => {
    this.chat.acts.delete(this.message, this.querySelector("[name=reason]")?.value ?? "");
  };
}

customElements.define("delete-dialog", DeleteDialog);
