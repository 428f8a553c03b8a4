import { gettext } from "../lib/i18n.js";
import { isComposing } from "../lib/keys.js";
import { emojiFrom, emojiNamed } from "../rules/emoji.js";
import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { moveFocus, openAt } from "./popover-position.js";

const COLUMNS = 8; // as in css/tools.css
const PART = 160; // emoji drawn at once: more follow with scrolling
const NEAR = 200; // px from the end

let loading = null; // all emoji, loaded when a picker first opens

// Names are English, as the page's source is; readers of German find emoji by German names, too.
async function load() {
  const isGerman = navigator.languages.some((language) => language.startsWith("de"));
  const modules = [import("../vendor/emoji-en.js"), ...(isGerman ? [import("../vendor/emoji-de.js")] : [])];
  return emojiFrom(...(await Promise.all(modules)).map(({ LINES }) => LINES));
}

// Emoji grid with a search field. Dispatches "choose".
export class EmojiPicker extends LightElement {
  static properties = {
    label: {},
    wanted: { state: true },
    isOpen: { state: true },
    all: { state: true },
    part: { state: true },
    failed: { state: true },
  };

  constructor() {
    super();
    this.wanted = "";
    this.isOpen = false;
    this.all = []; // { emoji, name, key }
    this.part = PART;
    this.failed = false;
  }

  async open(anchor, along) {
    this.wanted = "";
    this.part = PART;
    this.isOpen = true;
    await this.updateComplete;
    openAt(this.querySelector("[popover]"), anchor, along);
    this.#field.focus();
    await this.#load();
  }

  render() {
    const find = gettext("Search emoji");
    return html`<div popover class="picker" role="dialog" aria-label=${this.label ?? gettext("Add a reaction")}
      @keydown=${this.#key} @toggle=${({ newState }) => (this.isOpen = newState === "open")}>
      <input type="search" autocomplete="off" placeholder=${find} aria-label=${find} .value=${this.wanted}
        @input=${this.#narrow}>
      <div class="emoji" @scroll=${this.#scroll} @focusin=${this.#scroll}
        >${this.isOpen ? this.#found.slice(0, this.part).map((named) => this.#emoji(named)) : ""}</div>
      <p class="none" role="status">${this.#missing()}</p></div>`;
  }

  get #field() {
    return this.querySelector("input");
  }

  get #found() {
    return emojiNamed(this.all, this.wanted);
  }

  #emoji({ emoji, name }) {
    return html`<button type="button" aria-label=${name} title=${name} @click=${() => this.#choose(emoji)}
      >${emoji}</button>`;
  }

  #missing() {
    if (this.failed) return gettext("Couldn’t load emoji. Close this and try again.");
    if (!this.all.length) return gettext("Loading…");
    return this.#found.length ? "" : gettext("No emoji match.");
  }

  async #load() {
    try {
      loading ??= load();
      this.all = await loading;
      this.failed = false;
    } catch {
      loading = null;
      this.failed = true;
    }
  }

  #narrow = ({ target }) => {
    this.wanted = target.value.trim().toLowerCase();
    this.part = PART;
  };

  #scroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
    if (scrollTop + clientHeight > scrollHeight - NEAR) this.part = Math.min(this.part + PART, this.all.length);
  };

  #choose(emoji) {
    this.querySelector("[popover]").hidePopover();
    this.dispatchEvent(new CustomEvent("choose", { detail: emoji }));
  }

  #chooseFirst() {
    const [first] = this.#found;
    if (first && this.isOpen) this.#choose(first.emoji);
  }

  // Enter in the field takes the first emoji, and the arrow key moves down to it.
  #key = (event) => {
    const buttons = [...this.querySelectorAll(".emoji button")];
    if (isComposing(event)) return;
    if (event.target !== this.#field) {
      moveFocus(event, buttons, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS });
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      buttons[0]?.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#load().then(() => this.#chooseFirst());
    }
  };
}

customElements.define("emoji-picker", EmojiPicker);
