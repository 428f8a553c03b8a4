import { gettext } from "../lib/i18n.js";
import { isComposing } from "../lib/keys.js";
import { EMOJI } from "../rules/emoji.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { moveFocus, openAt } from "./popover-position.js";

const COLUMNS = 8; // as css/tools.css has them

// Emoji to choose from, and a field that finds them by their names. It says "choose".
export class EmojiPicker extends LightElement {
  static properties = { label: {}, wanted: { state: true }, isOpen: { state: true } };

  constructor() {
    super();
    this.wanted = "";
    this.isOpen = false;
  }

  async open(anchor, along) {
    this.wanted = "";
    this.isOpen = true;
    await this.updateComplete;
    openAt(this.querySelector("[popover]"), anchor, along);
    this.#field.focus();
  }

  render() {
    const find = gettext("Find an emoji");
    const narrow = ({ target }) => (this.wanted = target.value.trim().toLowerCase());
    return html`<div popover class="picker" role="dialog" aria-label=${this.label ?? gettext("Add a reaction")}
      @keydown=${this.#key} @toggle=${({ newState }) => (this.isOpen = newState === "open")}>
      <input type="search" autocomplete="off" placeholder=${find} aria-label=${find} .value=${this.wanted}
        @input=${narrow}>
      <div class="emoji">${this.isOpen ? this.#found.map((entry) => this.#emoji(entry)) : ""}</div>
      <p class="none" role="status">${this.#found.length ? "" : gettext("None of that name.")}</p></div>`;
  }

  get #field() {
    return this.querySelector("input");
  }

  get #found() {
    return EMOJI.filter(([emoji, names]) => names.includes(this.wanted) || emoji === this.wanted);
  }

  #emoji([emoji, names]) {
    return html`<button type="button" aria-label=${names} title=${names} @click=${() => this.#choose(emoji)}
      >${emoji}</button>`;
  }

  #choose(emoji) {
    this.querySelector("[popover]").hidePopover();
    this.dispatchEvent(new CustomEvent("choose", { detail: emoji }));
  }

  // From the field Enter takes the first, and the arrow leads down to it.
  #key = (event) => {
    const buttons = [...this.querySelectorAll(".emoji button")];
    if (isComposing(event)) return;
    if (event.target !== this.#field) {
      moveFocus(event, buttons, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS });
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      buttons[0]?.focus();
    } else if (event.key === "Enter" && this.#found.length) {
      event.preventDefault();
      this.#choose(this.#found[0][0]);
    }
  };
}

customElements.define("emoji-picker", EmojiPicker);
