import { gettext } from "../lib/i18n.js";
import { isComposing } from "../lib/keys.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Field for the name of a room. Dispatches "narrow" on input, "find" on Enter, "enter-list" on ↓, and "write" on
// Escape.
export class RoomJumpField extends LightElement {
  connectedCallback() {
    super.connectedCallback();
    addEventListener("keydown", this.#shortcut);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("keydown", this.#shortcut);
  }

  render() {
    return html`<form class="goto" role="search"
      @submit=${this.#submit} @input=${this.#narrow} @keydown=${this.#key}>
      <input name="name" type="text" autocomplete="off" maxlength="80"
        placeholder=${gettext("Go to a room…")} aria-label=${gettext("Go to a room by name")}>
      <kbd aria-hidden="true">${/Mac|iP/.test(navigator.platform) ? "⌘ K" : "Ctrl K"}</kbd></form>`;
  }

  get #input() {
    return this.querySelector("input");
  }

  get #typed() {
    return this.#input.value.trim().replace(/^#\s*/u, "");
  }

  focus() {
    this.#input.focus();
  }

  clear() {
    this.#input.value = "";
    this.#narrow();
  }

  #shortcut = (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.#say("wanted");
    this.#input.select();
  };

  #submit = (event) => {
    event.preventDefault();
    if (this.#typed) this.#say("find", this.#typed);
  };

  #key = (event) => {
    if (event.key === "Enter" && isComposing(event)) event.preventDefault(); // this Enter ends a composition only
    const does = { Escape: () => this.#leave(), ArrowDown: () => this.#say("enter-list") }[event.key];
    if (!does || isComposing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  };

  #leave() {
    this.clear();
    this.#say("write");
  }

  #narrow = () => this.#say("narrow", this.#typed);

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

customElements.define("room-jump-field", RoomJumpField);
