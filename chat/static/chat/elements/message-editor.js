import { gettext } from "../lib/i18n.js";
import { isComposing, isSend } from "../lib/keys.js";
import { LONGEST } from "../models/drafts.js";
import { linked } from "../parts/text.js";
import { html, nothing } from "../vendor/lit.js";
import { grow } from "./autogrow.js";
import { formats } from "./formatting.js";
import { LightElement } from "./light-element.js";
import "./mention-list.js";

// Editor in the place of a message. Its text is kept as a draft until it is saved or cancelled. If the message was
// edited elsewhere meanwhile, that edit is not overwritten: the author sees both texts, and chooses.
export class MessageEditor extends LightElement {
  static properties = {
    conversation: { attribute: false },
    message: { attribute: false },
    error: { state: true },
    saving: { state: true },
  };
  #base = null; // { was, version }: the body that the text is based on, and the message's version at that time

  firstUpdated() {
    const field = this.#field;
    const kept = this.#drafts.editOf(this.message.id);
    this.#base = kept ?? { was: this.message.body, version: this.message.version };
    field.value = kept?.text ?? this.message.body;
    grow(field);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    this.scrollIntoView({ block: "nearest" });
    if (kept) this.requestUpdate(); // the element may show another message by now
  }

  render() {
    const words = gettext("Edit message");
    return html`<form class="editor" aria-busy=${Boolean(this.saving)} @submit=${this.#save}>
      <mention-list .conversation=${this.conversation}></mention-list>
      <textarea name="edit" rows="1" dir="auto" aria-label=${words} aria-invalid=${this.error ? "true" : nothing}
        aria-autocomplete="list" maxlength=${LONGEST} @input=${this.#written} @keydown=${this.#key}></textarea>
      <p class="error" role="alert">${this.error ?? nothing}</p>
      <div role="alert">${this.#isConflict ? this.#conflict() : nothing}</div>
      ${this.#isConflict ? nothing : this.#buttons()}</form>`;
  }

  #buttons() {
    return html`<div class="buttons"><span class="hint">${gettext("Enter to save, Escape to close and keep a draft")}</span>
      <button type="button" class="button quiet small" data-act="cancel" @click=${this.#discard}
        >${gettext("Cancel")}</button>
      <button class="button small">${gettext("Save")}</button></div>`;
  }

  #conflict() {
    return html`<div class="conflict"><p>${gettext("This message was edited elsewhere in the meantime. It now says:")}</p>
      <p class="version" dir="auto">${linked(this.message.body)}</p>
      <div class="buttons"><button type="button" class="button quiet small" data-act="theirs" @click=${this.#discard}
          >${gettext("Keep that version")}</button>
        <button type="button" class="button small" data-act="mine" @click=${this.#replace}
          >${gettext("Replace with mine")}</button></div></div>`;
  }

  get #field() {
    return this.querySelector("textarea");
  }

  get #mentions() {
    return this.querySelector("mention-list");
  }

  get #drafts() {
    return this.conversation.chat.drafts;
  }

  get #isConflict() {
    const { body } = this.message;
    return this.#base !== null && !this.saving && ![this.#base.was, this.#field.value].includes(body);
  }

  #written = () => {
    const { value: text } = this.#field;
    this.error = null;
    if (text === this.#base.was) this.#drafts.dropEdit(this.message.id);
    else this.#drafts.keepEdit(this.message.id, { ...this.#base, text });
    grow(this.#field);
    this.#mentions.follow(this.#field);
  };

  #key = (event) => {
    if (isComposing(event) || this.#mentions.takes(event) || formats(event, this.#field)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#close();
    } else if (isSend(event)) {
      event.preventDefault();
      this.#save(event);
    }
  };

  #replace = (event) => {
    this.#base = { was: this.message.body, version: this.message.version };
    this.#save(event);
  };

  #save = async (event) => {
    event.preventDefault();
    const { value } = this.#field;
    if (this.saving) return;
    if (value === this.message.body) return this.#discard();
    this.saving = true;
    try {
      await this.conversation.chat.acts.edit(this.message, value, this.#base.version);
      this.#discard();
    } catch (error) {
      this.error = error.present ? null : error.message;
    }
    this.saving = false;
  };

  #discard = () => {
    this.#drafts.dropEdit(this.message.id);
    this.#close();
  };

  #close() {
    if (this.conversation.editing === this.message.id) this.conversation.edit(null);
    this.dispatchEvent(new Event("write", { bubbles: true }));
  }
}

customElements.define("message-editor", MessageEditor);
