import { html, nothing } from "../vendor/lit.js";
import { isComposing } from "../keys.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";

// The field in which one types the name of a room: it narrows the list below, and Enter goes there. A public room that
// does not exist yet is made on the spot.
export class GoField extends LightElement {
  static properties = { chat: { attribute: false }, error: { state: true } };

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
      @submit=${this.#go} @input=${() => this.#narrow()} @keydown=${this.#clear}>
      <input name="name" type="text" autocomplete="off" maxlength="80" placeholder=${gettext("Go to a room…")}
        aria-label=${gettext("Go to a room by name")} aria-describedby="go-error">
      <kbd aria-hidden="true">${/Mac|iP/.test(navigator.platform) ? "⌘ K" : "Ctrl K"}</kbd>
      <p id="go-error" class="error" role="alert">${this.error ?? nothing}</p></form>`;
  }

  get #input() {
    return this.querySelector("input");
  }

  #shortcut = (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.dispatchEvent(new Event("wanted", { bubbles: true }));
    this.#input.select();
  };

  #go = async (event) => {
    event.preventDefault();
    const name = this.#input.value.trim().replace(/^#\s*/u, "");
    if (!name) return;
    try {
      const id = this.chat.rooms.called(name)?.id ?? (await this.chat.join(name));
      this.#input.value = "";
      this.#narrow();
      this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
    } catch (error) {
      this.error = error.message;
    }
  };

  #clear = (event) => {
    if (event.key !== "Escape" || isComposing(event) || !this.#input.value) return;
    event.stopPropagation();
    this.#input.value = "";
    this.#narrow();
  };

  #narrow() {
    this.error = null;
    this.dispatchEvent(new CustomEvent("narrow", { detail: this.#input.value.trim(), bubbles: true }));
  }
}

customElements.define("go-field", GoField);
