import { html } from "../vendor/lit.js";
import { avatar } from "../parts/avatar.js";
import { moreIcon } from "../parts/icons.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";
import "./pop-menu.js";

// Whose page this is, and what is theirs: the menu is the server's, from a <template> of the page.
export class MeCard extends LightElement {
  static properties = { me: { attribute: false }, socket: { attribute: false } };
  #menu = document.getElementById("account-menu").content.cloneNode(true);

  willUpdate() {
    this.follow(this.socket);
  }

  render() {
    const online = this.socket.state === "open";
    const status = online ? gettext("Online") : gettext("Not connected");
    const dot = html`<span class="dot ${online ? "online" : "offline"}"></span>`;
    return html`<pop-menu class="me"><details><summary>${avatar(this.me, "s", dot)}
      <span class="who"><b><bdi>${this.me.name}</bdi></b><small>${status}</small></span>
      <span class="visually-hidden">${gettext("Your account")}</span>${moreIcon}</summary>
      <div class="menu">${this.#menu}</div></details></pop-menu>`;
  }
}

customElements.define("me-card", MeCard);
