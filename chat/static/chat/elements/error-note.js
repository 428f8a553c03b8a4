import { gettext } from "../lib/i18n.js";
import { closeIcon } from "../parts/icons.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const SHOWN = 8000; // ms: long enough to be read twice

// Error message that disappears after a while.
export class ErrorNote extends LightElement {
  static properties = { chat: { attribute: false }, words: { state: true } };
  #timer = null;
  #complain = ({ detail }) => this.#show(detail);

  connectedCallback() {
    super.connectedCallback();
    this.chat.addEventListener("complaint", this.#complain);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.chat.removeEventListener("complaint", this.#complain);
  }

  render() {
    const close = () => this.#show(null);
    const button = html`<button type="button" class="tool" aria-label=${gettext("Close")} @click=${close}
      >${closeIcon}</button>`;
    const note = html`<p>${this.words}${button}</p>`;
    return html`<div class="complaint" role="alert">${this.words ? note : nothing}</div>`;
  }

  #show(words) {
    this.words = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.words = null), SHOWN);
  }
}

customElements.define("error-note", ErrorNote);
