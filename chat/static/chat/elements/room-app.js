import { html, repeat } from "../vendor/lit.js";
import { Drawers } from "../drawers.js";
import { unreadText } from "../parts/counts.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";
import "./connection-banner.js";
import "./leave-dialog.js";
import "./message-composer.js";
import "./message-log.js";
import "./room-header.js";
import "./room-rail.js";
import "./room-roster.js";

// The room's page: rooms, conversation, people.
export class RoomApp extends LightElement {
  static properties = { chat: { attribute: false } };
  #drawers = new Drawers(this);

  willUpdate() {
    this.follow(this.chat, this.chat.rooms);
  }

  render() {
    const { chat } = this;
    const close = () => this.#drawers.close();
    return html`<room-rail .chat=${chat} role="navigation" aria-label=${gettext("Rooms")}
        @wanted=${() => this.#drawers.want("rail")} @go=${close} @close=${close}></room-rail>
      <main id="main" @drawer=${this.#open} @leave=${this.#leave}>
        <room-header .chat=${chat}></room-header>
        ${chat.lost ? this.#gone() : this.#conversation()}</main>
      <room-roster .chat=${chat} role="complementary" aria-label=${gettext("People in this room")}
        @close=${close}></room-roster>
      <div class="scrim" @click=${close}></div><leave-dialog></leave-dialog>`;
  }

  updated() {
    const { room, rooms } = this.chat;
    const unread = rooms.unread ? `(${unreadText(rooms.unread)}) ` : "";
    document.title = `${unread}${room?.name ?? gettext("Rooms")} · ${document.body.dataset.site}`;
    this.ariaBusy = null;
  }

  #conversation() {
    const { chat } = this;
    return html`<div class="conversation">
      <connection-banner .socket=${chat.socket} .roster=${chat.roster}></connection-banner>
      ${repeat([chat.shown], (id) => id, () => html`<message-log .chat=${chat}></message-log>`)}</div>
      <message-composer .chat=${chat}></message-composer>`;
  }

  #gone() {
    return html`<div class="gone"><h1>${gettext("You are not in this room any more")}</h1>
      <p>${gettext("You left it in another tab, or somebody took you out of it.")}</p>
      <a class="button" href=${this.chat.urls.index}>${gettext("All rooms")}</a></div>`;
  }

  #open({ detail: name }) {
    this.#drawers.open(name);
  }

  #leave({ detail: room }) {
    this.querySelector("leave-dialog").ask(room);
  }
}

customElements.define("room-app", RoomApp);
