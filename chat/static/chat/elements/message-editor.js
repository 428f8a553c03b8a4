import { html, nothing } from "../vendor/lit.js";
import { gettext } from "../words.js";
import { grow } from "./growing.js";
import { LightElement } from "./light.js";
import "./mention-list.js";

// A message's text in the place of the message, to be changed. What the server has against it stands below, and
// nothing is lost.
export class MessageEditor extends LightElement {
  static properties = {
    conversation: { attribute: false },
    message: { attribute: false },
    error: { state: true },
    saving: { state: true },
  };

  firstUpdated() {
    const field = this.#field;
    field.value = this.message.body;
    grow(field);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    this.scrollIntoView({ block: "nearest" });
  }

  render() {
    const words = gettext("Edit the message");
    return html`<form class="editor" aria-busy=${Boolean(this.saving)} @submit=${this.#save}>
      <mention-list .conversation=${this.conversation}></mention-list>
      <textarea name="edit" rows="1" dir="auto" aria-label=${words} aria-invalid=${this.error ? "true" : nothing}
        aria-autocomplete="list" @input=${this.#written} @keydown=${this.#key}></textarea>
      <p class="error" role="alert">${this.error ?? nothing}</p>
      <div class="buttons"><span class="hint">${gettext("Enter saves, Escape cancels")}</span>
        <button type="button" class="button quiet small" @click=${() => this.#done()}>${gettext("Cancel")}</button>
        <button class="button small">${gettext("Save")}</button></div></form>`;
  }

  get #field() {
    return this.querySelector("textarea");
  }

  get #mentions() {
    return this.querySelector("mention-list");
  }

  #written = () => {
    this.error = null;
    grow(this.#field);
    this.#mentions.follow(this.#field);
  };

  #key = (event) => {
    if (event.isComposing || this.#mentions.takes(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#done();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#save(event);
    }
  };

  #save = async (event) => {
    event.preventDefault();
    const { value } = this.#field;
    if (this.saving) return;
    if (value === this.message.body) return this.#done();
    this.saving = true;
    try {
      await this.conversation.chat.acts.edit(this.message, value);
      this.#done();
    } catch (error) {
      this.error = error.message;
    }
    this.saving = false;
  };

  #done() {
    if (this.conversation.editing === this.message.id) this.conversation.edit(null);
    this.dispatchEvent(new Event("write", { bubbles: true }));
  }
}

customElements.define("message-editor", MessageEditor);
