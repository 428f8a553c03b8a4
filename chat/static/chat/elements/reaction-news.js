import { html } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Live region for reactions to the user's messages (models/reaction-announcer.js).
export class ReactionNews extends LightElement {
  static properties = { chat: { attribute: false }, words: { state: true } };
  #hear = ({ detail }) => (this.words = detail);

  connectedCallback() {
    super.connectedCallback();
    this.chat.reacting.addEventListener("news", this.#hear);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.chat.reacting.removeEventListener("news", this.#hear);
  }

  render() {
    return html`<p class="visually-hidden" role="status">${this.words}</p>`;
  }
}

customElements.define("reaction-news", ReactionNews);
