import { gettext } from "../lib/i18n.js";
import { DOTS, modeHint, modeText } from "../models/status.js";
import { avatar } from "../parts/avatar.js";
import { moreIcon } from "../parts/icons.js";
import { statusText, untilText } from "../parts/status.js";
import { dot } from "../parts/status-dot.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import "./pop-menu.js";
import "./status-dialog.js";

// The user's own menu: status, profile and more. Its last items come from a <template> in the server's page.
export class AccountMenu extends LightElement {
  static properties = {
    me: { attribute: false }, // also updates itself from events
    socket: { attribute: false },
    status: { attribute: false },
    error: { state: true },
  };
  #menu = document.getElementById("account-menu").content.cloneNode(true);

  willUpdate() {
    this.follow(this.socket, this.status);
  }

  firstUpdated() {
    for (const type of ["hello", "user.changed"]) {
      this.socket.addEventListener(type, ({ detail: { user } }) => this.#turned(user));
    }
  }

  render() {
    const { me, socket, status } = this;
    const isOpen = socket.state === "open";
    const how = isOpen ? this.#how() : gettext("Not connected");
    this.dataset.mode = status.mode;
    return html`<pop-menu class="me"><details><summary aria-haspopup="menu" title=${isOpen ? this.#words : nothing}>
        ${avatar(me, "s", dot(isOpen ? DOTS[status.mode] : "offline"))}
        <span class="who"><b><bdi>${me.name}</bdi></b><small>${how}</small></span>
        <span class="visually-hidden">${gettext("Your account")}</span>${moreIcon}</summary>
      <div class="menu"><p><b dir="auto">${me.name}</b><br><bdi dir="ltr">@${me.username}</bdi></p>
        <div role="menu" aria-label=${gettext("Your account")}>${this.#modes(isOpen)}${this.#menu}</div>
        <p class="error" role="alert">${this.error}</p>
        <p class="version">Roomful ${document.body.dataset.version}</p></div></details></pop-menu>
      <status-dialog .socket=${socket} .status=${status}></status-dialog>`;
  }

  #turned(user) {
    if (user.id === this.me.id) this.me = user;
  }

  get #words() {
    const { mode, until } = this.status;
    return [modeText(mode), statusText(this.status), until ? untilText(until) : ""].filter(Boolean).join(" · ");
  }

  #how() {
    const { mode, isCustom } = this.status;
    const custom = html`<bdi>${statusText(this.status)}</bdi>`;
    if (!isCustom) return modeText(mode);
    return mode === "auto" ? custom : html`${modeText(mode)} · ${custom}`;
  }

  #modes(isOpen) {
    return html`<div class="modes" role="group" aria-label=${gettext("Your presence")}>
        ${Object.keys(DOTS).map((mode) => this.#mode(mode, isOpen))}
        <button type="button" data-act="status" ?disabled=${!isOpen} @click=${this.#write}
          >${gettext("Set a status…")}</button></div>`;
  }

  #mode(mode, isOpen) {
    const words = mode === "auto" ? gettext("Automatic (online)") : modeText(mode);
    const hint = modeHint(mode);
    return html`<button type="button" role="menuitemradio" data-mode=${mode} aria-checked=${mode === this.status.mode} ?disabled=${!isOpen}
      @click=${() => this.#choose(mode)}>${dot(DOTS[mode])}
      <span>${words}${hint ? html`<small>${hint}</small>` : nothing}</span></button>`;
  }

  #write = () => {
    this.querySelector("pop-menu").close();
    this.querySelector("status-dialog").open();
  };

  async #choose(mode) {
    this.error = null;
    try {
      await this.status.set({ mode });
      this.querySelector("pop-menu").close();
    } catch ({ message }) {
      this.error = message;
    }
  }
}

customElements.define("account-menu", AccountMenu);
