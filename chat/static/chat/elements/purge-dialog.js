import { gettext, interpolate } from "../lib/i18n.js";
import { fullName } from "../rules/full-name.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const REASON_LENGTH = 250; // characters, the server's limit

// Dialog to delete all messages that an author posted in the room in the last hour, with a reason.
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
    const question = interpolate(gettext("Delete all messages from %(name)s from the last hour?"), { name });
    return html`<dialog aria-labelledby="purge-title"><h2 id="purge-title">${question}</h2>
      <p>${gettext("This deletes their messages and replies in this room. You can’t undo this. The room will see who deleted them.")}</p>
      <form method="dialog" @submit=${this.#submit}>
        <div class="field"><label for="purge-reason">${gettext("Reason (visible to the room)")}</label>
          <input id="purge-reason" name="reason" maxlength=${REASON_LENGTH} autocomplete="off" dir="auto"></div>
        <div class="buttons"><button class="button quiet" value="keep" formnovalidate>${gettext("Cancel")}</button>
          <button class="button danger" value="delete">${gettext("Delete all")}</button></div></form></dialog>`;
  }

  #submit = ({ submitter, currentTarget }) => {
    if (submitter?.value === "delete") this.chat.acts.purge(this.message, currentTarget.elements.reason.value);
  };
}

customElements.define("purge-dialog", PurgeDialog);
