import { gettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { closeIcon, smileIcon } from "../parts/icons.js";
import { ENDS, endOf } from "../rules/expiry-options.js";
import { html, live, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { alongStart } from "./popover-position.js";
import "./emoji-picker.js";

const LONGEST = 100; // characters, the server's limit

// Dialog for a custom status: an emoji, a few words, and when it ends.
export class StatusDialog extends LightElement {
  static properties = {
    socket: { attribute: false },
    status: { attribute: false },
    emoji: { state: true },
    text: { state: true },
    ends: { state: true },
    error: { state: true },
    isSaving: { state: true },
  };

  constructor() {
    super();
    Object.assign(this, { emoji: "", text: "", ends: "never" });
  }

  willUpdate() {
    this.follow(this.socket, this.status);
  }

  async open() {
    const { emoji, text, until } = this.status;
    Object.assign(this, { emoji, text, ends: until ? "kept" : "never", error: null, isSaving: false });
    await this.updateComplete;
    this.#dialog.showModal();
  }

  render() {
    const isOff = this.socket.state !== "open" || this.isSaving;
    return html`<dialog class="status-dialog" aria-labelledby="status-title">
      <form @submit=${this.#save}><h2 id="status-title">${gettext("Your status")}</h2>
        <div class="what">${this.#emojiButton()}${this.#field()}</div>
        <div class="field"><label for="status-ends">${gettext("Clear after")}</label>
          <select id="status-ends" @change=${({ target }) => (this.ends = target.value)}>${this.#ends()}</select></div>
        ${this.#hint()}<p class="error" role="alert">${this.error}</p>
        <div class="buttons">
          ${this.status.isCustom ? this.#button(gettext("Clear"), () => this.#clear(), isOff, "clear") : nothing}
          ${this.#button(gettext("Cancel"), () => this.#dialog.close(), false, "cancel")}
          <button class="button" ?disabled=${isOff}>${gettext("Save")}</button></div></form>
      <emoji-picker label=${gettext("Choose an emoji")} @choose=${({ detail }) => (this.emoji = detail)}></emoji-picker>
      </dialog>`;
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #emojiButton() {
    const words = this.emoji ? gettext("Change the emoji") : gettext("Choose an emoji");
    const pick = ({ currentTarget }) => this.querySelector("emoji-picker").open(currentTarget, alongStart);
    return html`<span class="pick" data-emoji=${this.emoji}>
      <button type="button" aria-label="${words} ${this.emoji}" title=${words} aria-haspopup="dialog" @click=${pick}
        >${this.emoji ? html`<i>${this.emoji}</i>` : smileIcon}</button>
      ${this.emoji ? this.#noEmoji() : nothing}</span>`;
  }

  #noEmoji() {
    return html`<button type="button" class="no" aria-label=${gettext("No emoji")} title=${gettext("No emoji")}
      @click=${this.#dropEmoji}>${closeIcon}</button>`;
  }

  #field() {
    const words = gettext("What’s your status?");
    return html`<input name="text" maxlength=${LONGEST} autocomplete="off" autofocus aria-label=${words}
      placeholder=${words} .value=${live(this.text)} @input=${({ target }) => (this.text = target.value)}>`;
  }

  #ends() {
    const { until } = this.status;
    const kept = until ? this.#end("kept", momentOf(new Date(until))) : nothing;
    return [kept, ...ENDS.map(([name, words]) => this.#end(name, words))];
  }

  #end(name, words) {
    return html`<option value=${name} .selected=${live(this.ends === name)}>${words}</option>`;
  }

  #hint() {
    const words = gettext("Also ends Do not disturb.");
    return html`<p class="help">${this.status.mode === "dnd" && this.ends !== "never" ? words : nothing}</p>`;
  }

  #button(words, act, isOff, name) {
    return html`<button type="button" class="button quiet" data-act=${name} ?disabled=${isOff} @click=${act}
      >${words}</button>`;
  }

  #dropEmoji = () => {
    this.emoji = "";
    this.querySelector("input[name=text]").focus();
  };

  #save = (event) => {
    event.preventDefault();
    const { emoji, ends } = this;
    const until = ends === "kept" ? this.status.until : endOf(ends);
    this.#do(() => this.status.set({ emoji, text: this.text.trim(), until }));
  };

  #clear() {
    this.#do(() => this.status.clear());
  }

  async #do(set) {
    this.error = null;
    this.isSaving = true;
    try {
      await set();
      this.#dialog.close();
    } catch ({ message }) {
      this.error = message;
    }
    this.isSaving = false;
  }
}

customElements.define("status-dialog", StatusDialog);
