import { html, nothing } from "../vendor/lit.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";

// Says when the page is not connected, over the conversation, so that nothing shifts.
export class ConnectionBanner extends LightElement {
  static properties = { socket: { attribute: false } };

  willUpdate() {
    this.follow(this.socket);
  }

  render() {
    const { state, words } = this.socket;
    const note = html`<p><i></i>${words}${this.#way(state)}</p>`;
    return html`<div class="banner" role="status">${state === "open" ? nothing : note}</div>`;
  }

  #way(state) {
    if (state === "closed") return this.#button(gettext("Try now"), () => this.socket.retry());
    if (state === "refused") return this.#button(gettext("Reload"), () => location.reload());
    return nothing;
  }

  #button(words, act) {
    return html`<button type="button" @click=${act}>${words}</button>`;
  }
}

customElements.define("connection-banner", ConnectionBanner);
