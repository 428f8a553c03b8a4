import { fetchJson } from "../lib/fetch-json.js";
import { gettext, interpolate } from "../lib/i18n.js";
import { isComposing } from "../lib/keys.js";
import { avatar } from "../parts/avatar.js";
import { closeIcon } from "../parts/icons.js";
import { fullName } from "../rules/full-name.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const PAUSE = 150; // ms: no request while the user is typing

// Field to choose users: searches by the start of their names, and adds chips before the field. Dispatches "chosen".
export class PeopleField extends LightElement {
  static properties = {
    chat: { attribute: false },
    most: { type: Number },
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

  render() {
    const options = this.#options;
    return html`<div class="chips">${repeat(
      this.chosen,
      ({ id }) => id,
      (user) => this.#chip(user),
    )}
        ${this.#input(options)}</div>
      <div role="listbox" id="found-people" aria-label=${gettext("People")}>${options.map(this.#option)}</div>
      <p class="help" role="status">${options.length ? nothing : gettext("No people match.")}</p>
      <p class="error" role="alert">${this.error}</p>`;
  }

  // Resets the field.
  async clear() {
    await this.updateComplete;
    this.#choose([]);
  }

  get #field() {
    return this.querySelector("input");
  }

  // The user takes part in any conversation with others anyway.
  get #options() {
    const chosen = new Set(this.chosen.map(({ id }) => id));
    return this.found.filter(({ id }) => !chosen.has(id) && !(chosen.size && id === this.chat.me.id));
  }

  #input(options) {
    const words = gettext("Name or username");
    const active = options[this.at];
    return html`<input type="text" role="combobox" autocomplete="off" maxlength="100" autofocus placeholder=${words}
      aria-label=${words} aria-autocomplete="list" aria-expanded=${options.length > 0} aria-controls="found-people"
      aria-activedescendant=${active ? optionOf(active) : nothing} @input=${this.#typed} @keydown=${this.#key}>`;
  }

  #chip(user) {
    const words = interpolate(gettext("Remove %(name)s"), { name: fullName(user) });
    return html`<span class="person-chip" data-user=${user.username}><bdi>${fullName(user)}</bdi>
      <button type="button" aria-label=${words} title=${words} @click=${() => this.#drop(user)}>${closeIcon}</button>
      </span>`;
  }

  #option = (user, index) => {
    const isMe = user.id === this.chat.me.id;
    return html`<div role="option" id=${optionOf(user)} data-user=${user.username} aria-selected=${index === this.at}
      @pointerdown=${(event) => event.preventDefault()} @click=${() => this.#add(user)}>${avatar(user, "xs")}
      <b><bdi>${user.name}</bdi></b><span dir="ltr">@${user.username}</span>
      ${isMe ? html`<i>${gettext("(you)")}</i>` : nothing}</div>`;
  };

  #typed = () => {
    clearTimeout(this.#timer);
    this.#asked += 1; // results for the earlier text are outdated
    this.at = -1;
    this.#timer = setTimeout(() => this.#find(), PAUSE);
  };

  async #find() {
    const asked = ++this.#asked;
    const q = this.#field.value.trim();
    try {
      const { people } = await fetchJson(this.chat.urls.people, { q });
      if (asked === this.#asked) Object.assign(this, { found: people, at: q ? 0 : -1, error: null });
    } catch {
      if (asked === this.#asked) this.error = gettext("Couldn’t load people.");
    }
  }

  // Keys that the list does not use belong to the form: Enter submits it once the field is empty.
  #key = (event) => {
    const options = this.#options;
    const { length } = options;
    const { value } = this.#field;
    const acts = {
      ArrowDown: length && (() => (this.at = (this.at + 1) % length)),
      ArrowUp: length && (() => (this.at = (Math.max(this.at, 0) + length - 1) % length)),
      Enter: (value || options[this.at]) && (() => options[this.at] && this.#add(options[this.at])),
      Backspace: !value && this.chosen.length && (() => this.#drop(this.chosen.at(-1))),
    };
    if (isComposing(event) || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };

  #add(user) {
    if (this.chosen.length < this.most) this.#choose([...this.chosen, user]);
    else this.error = interpolate(gettext("At most %(count)s people."), { count: this.most });
  }

  #drop(user) {
    this.#choose(this.chosen.filter(({ id }) => id !== user.id));
  }

  #choose(users) {
    clearTimeout(this.#timer);
    Object.assign(this, { chosen: users, at: -1, error: null });
    this.#field.value = "";
    this.#field.focus();
    this.#find();
    this.dispatchEvent(new Event("chosen"));
  }
}

const optionOf = ({ id }) => `found-person-${id}`;

customElements.define("people-field", PeopleField);
