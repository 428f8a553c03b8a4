import { gettext } from "../lib/i18n.js";
import { unavailableText } from "../models/roster.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Banner over the conversation when the page is disconnected; it shifts no content. If the sidebar is hidden, it also
// says when presence is unknown.
export class ConnectionBanner extends LightElement {
  static properties = { socket: { attribute: false }, roster: { attribute: false } };

  willUpdate() {
    this.follow(...[this.socket, this.roster].filter(Boolean));
  }

  render() {
    return html`<div class="banner" role="status">${this.#note()}</div>`;
  }

  #note() {
    const { state, words } = this.socket;
    if (state !== "open") return html`<p><i></i>${words}${this.#way(state)}</p>`;
    if (this.roster?.state !== "unavailable") return nothing;
    return html`<p class="without-sidebar"><i></i>${unavailableText()}</p>`;
  }

  #way(state) {
    if (state === "closed") return this.#button(gettext("Try now"), () => this.socket.retry());
    if (state === "ended") return this.#button(gettext("Reconnect"), () => this.socket.resume());
    if (state === "refused") return this.#button(gettext("Reload"), () => location.reload());
    return nothing;
  }

  #button(words, act) {
    return html`<button type="button" @click=${act}>${words}</button>`;
  }
}

customElements.define("connection-banner", ConnectionBanner);
