import { html, nothing, repeat } from "../vendor/lit.js";
import { fetchJson } from "../fetching.js";
import { avatar } from "../parts/avatar.js";
import { closeIcon } from "../parts/icons.js";
import { gettext, interpolate } from "../words.js";
import { LightElement } from "./light.js";

const PAUSE = 150; // ms: somebody who types on asks for nothing
const MOST = 9; // as the server has it

// Whom one writes to: people are found by the beginning of their names, and become chips before the field.
export class MessageDialog extends LightElement {
  static properties = {
    chat: { attribute: false },
    chosen: { state: true },
    found: { state: true },
    at: { state: true },
    error: { state: true },
  };
  #timer = null;
  #asked = 0;

  constructor() {
    super();
    Object.assign(this, { chosen: [], found: [], at: -1 });
  }

  async open() {
    Object.assign(this, { chosen: [], found: [], error: null });
    await this.updateComplete;
    this.#field.value = "";
    this.querySelector("dialog").showModal();
    this.#find();
  }

  render() {
    return html`<dialog class="message-dialog" aria-labelledby="message-title"><form @submit=${this.#submit}>
      <h2 id="message-title">${gettext("New message")}</h2>
      <div class="chips">${repeat(this.chosen, ({ id }) => id, (user) => this.#chip(user))}${this.#input()}</div>
      <div role="listbox" id="message-people" aria-label=${gettext("People")}>${this.#options.map(this.#option)}</div>
      <p class="help" role="status">${this.#options.length ? nothing : gettext("Nobody of that name.")}</p>
      <p class="error" role="alert">${this.error}</p>
      <div class="buttons"><button type="button" class="button quiet" @click=${this.#close}>${gettext("Cancel")}</button>
        <button class="button" ?disabled=${!this.chosen.length}>${gettext("Write")}</button></div></form></dialog>`;
  }

  get #field() {
    return this.querySelector("input");
  }

  // With somebody else one is in it anyway.
  get #options() {
    const chosen = new Set(this.chosen.map(({ id }) => id));
    return this.found.filter(({ id }) => !chosen.has(id) && !(chosen.size && id === this.chat.me.id));
  }

  #input() {
    const words = gettext("Name or username");
    const active = this.#options[this.at];
    return html`<input type="text" role="combobox" autocomplete="off" maxlength="100" autofocus placeholder=${words}
      aria-label=${words} aria-autocomplete="list" aria-expanded=${this.#options.length > 0}
      aria-controls="message-people" aria-activedescendant=${active ? optionOf(active) : nothing}
      @input=${this.#typed} @keydown=${this.#key}>`;
  }

  #chip(user) {
    const words = interpolate(gettext("Without %(name)s"), { name: user.name });
    return html`<span class="chip" data-user=${user.username}><bdi>${user.name}</bdi>
      <button type="button" aria-label=${words} title=${words} @click=${() => this.#drop(user)}>${closeIcon}</button>
      </span>`;
  }

  #option = (user, index) => {
    const isMe = user.id === this.chat.me.id;
    return html`<div role="option" id=${optionOf(user)} data-user=${user.username} aria-selected=${index === this.at}
      @pointerdown=${(event) => event.preventDefault()} @click=${() => this.#choose(user)}>${avatar(user, "xs")}
      <b><bdi>${user.name}</bdi></b><span dir="ltr">@${user.username}</span>
      ${isMe ? html`<i>${gettext("(you)")}</i>` : nothing}</div>`;
  };

  #typed = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), PAUSE);
  };

  async #find() {
    const asked = (this.#asked += 1);
    const q = this.#field.value.trim();
    try {
      const { people } = await fetchJson(this.chat.urls.people, { q });
      if (asked === this.#asked) Object.assign(this, { found: people, at: q ? 0 : -1, error: null });
    } catch {
      if (asked === this.#asked) this.error = gettext("The people did not load.");
    }
  }

  #key = (event) => {
    const { length } = this.#options;
    const acts = {
      ArrowDown: length && (() => (this.at = (this.at + 1) % length)),
      ArrowUp: length && (() => (this.at = (this.at + length) % length)),
      Enter: this.#options[this.at] && (() => this.#choose(this.#options[this.at])),
      Backspace: !this.#field.value && this.chosen.length && (() => this.#drop(this.chosen.at(-1))),
    };
    if (event.isComposing || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };

  #choose(user) {
    if (this.chosen.length === MOST) {
      this.error = interpolate(gettext("At most %(count)s people."), { count: MOST });
      return;
    }
    this.chosen = [...this.chosen, user];
    this.#begin();
  }

  #drop(user) {
    this.chosen = this.chosen.filter(({ id }) => id !== user.id);
    this.#begin();
  }

  #begin() {
    this.#field.value = "";
    this.#field.focus();
    this.at = -1;
    this.#find();
  }

  #close = () => this.querySelector("dialog").close();

  #submit = async (event) => {
    event.preventDefault();
    if (!this.chosen.length) return;
    try {
      const id = await this.chat.openDirect(this.chosen);
      this.#close();
      this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
    } catch (error) {
      this.error = error.message;
    }
  };
}

const optionOf = ({ id }) => `message-person-${id}`;

customElements.define("message-dialog", MessageDialog);
