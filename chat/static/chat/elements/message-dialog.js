import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import "./people-field.js";

const MOST = 9; // the server's limit

// Dialog to choose recipients: opens the conversation with them.
export class MessageDialog extends LightElement {
  static properties = { chat: { attribute: false }, chosen: { state: true }, error: { state: true } };

  constructor() {
    super();
    this.chosen = [];
  }

  async open() {
    await this.updateComplete;
    this.error = null;
    this.querySelector("dialog").showModal();
    this.querySelector("people-field").clear();
  }

  render() {
    return html`<dialog class="message-dialog" aria-labelledby="message-title"><form @submit=${this.#submit}>
      <h2 id="message-title">${gettext("New message")}</h2>
      <people-field .chat=${this.chat} .most=${MOST} @chosen=${this.#changed}></people-field>
      <p class="error" role="alert">${this.error}</p>
      <div class="buttons"><button type="button" class="button quiet" @click=${this.#close}>${gettext("Cancel")}</button>
        <button class="button" ?disabled=${!this.chosen.length}>${gettext("Start chat")}</button></div></form></dialog>`;
  }

  #changed = ({ target }) => {
    this.chosen = target.chosen;
    this.error = null;
  };

  #close = () => this.querySelector("dialog").close();

  #submit = async (event) => {
    event.preventDefault();
    try {
      const id = await this.chat.openDirect(this.chosen);
      this.#close();
      this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
    } catch (error) {
      this.error = error.message;
    }
  };
}

customElements.define("message-dialog", MessageDialog);
