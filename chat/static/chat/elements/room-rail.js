import { html, nothing, repeat } from "../vendor/lit.js";
import { closer } from "../parts/closer.js";
import { hereText, threadsBadge, waitingBadge } from "../parts/counts.js";
import { threadIcon } from "../parts/icons.js";
import { sign } from "../parts/sign.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";
import "./go-field.js";
import "./me-card.js";

// The left side: the site, the way to a room, one's rooms, oneself.
export class RoomRail extends LightElement {
  static properties = { chat: { attribute: false }, wanted: { state: true } };

  willUpdate() {
    this.follow(this.chat, this.chat.rooms, this.chat.roster);
  }

  render() {
    const { chat } = this;
    return html`<div class="site">
        <a href=${chat.urls.index}><i class="mark"></i><b><bdi>${document.body.dataset.site}</bdi></b></a>
        ${closer(this)}</div>
      <go-field .chat=${chat} @narrow=${({ detail }) => (this.wanted = detail.toLowerCase())}></go-field>
      <div class="scroll"><h2>${gettext("Rooms")}</h2>${this.#rooms()}
        <a class="all" href=${chat.urls.index}>${gettext("All rooms")}</a>
        <a class="all" href=${chat.urls.newRoom}>${gettext("New room…")}</a></div>
      <me-card .me=${chat.me} .socket=${chat.socket} .status=${chat.status}></me-card>`;
  }

  #rooms() {
    const rooms = this.#found;
    const none = this.wanted ? gettext("None of your rooms. Enter goes to it.") : gettext("You are in no room yet.");
    if (!rooms.length) return html`<p class="none">${none}</p>`;
    return html`<ul class="rooms">${repeat(rooms, (room) => room.id, (room) => this.#room(room))}</ul>`;
  }

  get #found() {
    const { sorted } = this.chat.rooms;
    return this.wanted ? sorted.filter((room) => room.name.toLowerCase().includes(this.wanted)) : sorted;
  }

  #room(room) {
    const { chat } = this;
    const current = room.id === chat.shown;
    const here = current && chat.roster.here !== null ? chat.roster.here : room.here;
    return html`<li><a class="room ${room.unread ? "unread" : ""}" href=${chat.urlOf(room.id)} data-room=${room.id}
      aria-current=${current ? "page" : nothing} @click=${(event) => this.#go(event, room.id)}>
      ${sign(room)}<b title=${room.name}><bdi>${room.name}</bdi></b>${count(here)}
      ${threadsBadge(room.threads, threadIcon)}${waitingBadge(room)}</a></li>`;
  }

  // A click with a modifier means another tab or window: that is the browser's.
  #go(event, id) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
  }
}

function count(here) {
  return here ? html`<small data-here=${here}>${hereText(here)}</small>` : nothing;
}

customElements.define("room-rail", RoomRail);
