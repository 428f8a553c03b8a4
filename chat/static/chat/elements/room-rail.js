import { html, nothing } from "../vendor/lit.js";
import { closer } from "../parts/closer.js";
import { writeIcon } from "../parts/icons.js";
import { SECTIONS, roomsInSight } from "../sections.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";
import "./go-field.js";
import "./me-card.js";
import "./message-dialog.js";
import "./room-list.js";
import "./room-menu.js";

// The left side: the site, the way to a room and to somebody, one's rooms, oneself.
export class RoomRail extends LightElement {
  static properties = { chat: { attribute: false }, wanted: { state: true } };

  willUpdate() {
    this.follow(this.chat, this.chat.rooms);
  }

  render() {
    const { chat } = this;
    return html`<div class="site">
        <a href=${chat.urls.index}><i class="mark"></i><b><bdi>${document.body.dataset.site}</bdi></b></a>
        ${this.#writer()}${closer(this)}</div>
      <go-field .chat=${chat} @narrow=${({ detail }) => (this.wanted = detail.toLowerCase())}></go-field>
      <div class="scroll" @menu=${this.#menu}>${SECTIONS.map((section) => this.#section(section))}
        ${roomsInSight(chat, this.wanted).length ? nothing : this.#none()}
        <a class="all" href=${chat.urls.index}>${gettext("All rooms")}</a>
        <a class="all" href=${chat.urls.newRoom}>${gettext("New room…")}</a></div>
      <me-card .me=${chat.me} .socket=${chat.socket} .status=${chat.status}></me-card>
      <room-menu .chat=${chat} @kept=${({ detail }) => this.#focusOn(detail)}></room-menu>
      <message-dialog .chat=${chat}></message-dialog>`;
  }

  #section(section) {
    return html`<room-list .chat=${this.chat} .section=${section} .wanted=${this.wanted}></room-list>`;
  }

  #writer() {
    const words = gettext("New message");
    const write = () => this.querySelector("message-dialog").open();
    return html`<button type="button" class="tool" aria-label=${words} title=${words} aria-haspopup="dialog"
      data-act="write" @click=${write}>${writeIcon}</button>`;
  }

  #none() {
    const none = this.wanted ? gettext("None of your rooms. Enter goes to it.") : gettext("You are in no room yet.");
    return html`<p class="none">${none}</p>`;
  }

  #menu = ({ detail, target }) => {
    this.querySelector("room-menu").open(detail, target.querySelector(`[data-menu="${detail}"]`));
  };

  // Its entry may stand in another section by now, and then nothing has the focus.
  async #focusOn(id) {
    await Promise.all([...this.querySelectorAll("room-list")].map((list) => list.updateComplete));
    if (document.activeElement === document.body) this.querySelector(`[data-menu="${id}"]`)?.focus();
  }
}

customElements.define("room-rail", RoomRail);
