import { gettext, interpolate } from "../lib/i18n.js";
import { fullName } from "../rules/full-name.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const REASON_LENGTH = 250; // characters, as the server has it

// Asks for a reason, and deletes all that the author of a message posted in the room in the last hour.
export class PurgeDialog extends LightElement {
  static properties = { chat: { attribute: false }, message: { attribute: false } };

  async ask(message) {
    this.message = message;
    await this.updateComplete;
    this.querySelector("form").reset();
    this.querySelector("dialog").showModal();
  }

  render() {
    const name = this.message ? fullName(this.message.author) : "";
    const question = interpolate(gettext("Delete all that %(name)s posted in the last hour?"), { name });
    return html`<dialog aria-labelledby="purge-title"><h2 id="purge-title">${question}</h2>
      <p>${gettext("In this room, replies included. It cannot be brought back, and the room is told that you did it.")}</p>
      <form method="dialog" @submit=${this.#submit}>
        <div class="field"><label for="purge-reason">${gettext("Reason (the room sees it)")}</label>
          <input id="purge-reason" name="reason" maxlength=${REASON_LENGTH} autocomplete="off" dir="auto"></div>
        <div class="buttons"><button class="button quiet" value="keep" formnovalidate>${gettext("Keep")}</button>
          <button class="button danger" value="delete">${gettext("Delete all")}</button></div></form></dialog>`;
  }

  #submit = ({ submitter, currentTarget }) => {
    if (submitter?.value === "delete") this.chat.acts.purge(this.message, currentTarget.elements.reason.value);
  };
}

customElements.define("purge-dialog", PurgeDialog);
