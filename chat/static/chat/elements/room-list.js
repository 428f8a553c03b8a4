import { gettext, interpolate } from "../lib/i18n.js";
import { hereText, threadsBadge, waitingBadge } from "../parts/counts.js";
import { foldIcon, moreIcon, quietIcon, threadIcon } from "../parts/icons.js";
import { signWithState } from "../parts/room-avatar.js";
import { waitingIn } from "../rules/badge-counts.js";
import { nameOf } from "../rules/room-name.js";
import { roomsInSight, sectionOf, titleOf } from "../rules/room-sections.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

// Section of the list of rooms, with a foldable heading if there are several. Rooms are moved by dragging, or by their
// menus.
export class RoomList extends LightElement {
  static properties = {
    chat: { attribute: false },
    section: { attribute: false },
    state: { attribute: false },
    target: { state: true },
  };
  #dragged = null;

  willUpdate() {
    this.follow(this.chat, this.chat.rooms, this.chat.roster, this.chat.partners, this.state);
  }

  render() {
    const { chat, section, state } = this;
    const rooms = roomsInSight(chat).filter((room) => sectionOf(room) === section);
    this.toggleAttribute("data-filled", rooms.length > 0);
    if (!rooms.length) return nothing;
    const isFolded = state.isFolded(section);
    const shown = isFolded || state.unreadOnly ? rooms.filter((room) => this.#isWaiting(room)) : rooms;
    return html`<h2 id="section-${section}"><button type="button" class="fold" aria-expanded=${!isFolded}
        aria-controls="rooms-${section}" @click=${() => state.fold(section)}>${foldIcon}${titleOf(section)}</button></h2>
      <ul class="rooms" id="rooms-${section}" data-section=${section} aria-labelledby="section-${section}"
        @dragend=${this.#dragEnded}>${repeat(
          shown,
          (room) => room.id,
          (room) => this.#room(room),
        )}</ul>`;
  }

  // Rooms shown in a folded section: the current one, and those with unread messages.
  #isWaiting(room) {
    return room.id === this.chat.shown || waitingIn(room).unread > 0 || room.threads > 0;
  }

  #room(room) {
    const { target } = this;
    return html`<li draggable="true" data-drop=${target?.room === room.id ? target.side : nothing}
      @dragstart=${(event) => this.#dragStarted(event, room)} @dragover=${(event) => this.#draggedOver(event, room)}
      @drop=${(event) => this.#dropped(event, room)}>${this.#link(room)}${this.#more(room)}</li>`;
  }

  #link(room) {
    const { chat } = this;
    const name = nameOf(room);
    const waiting = waitingIn(room);
    return html`<a class="room ${waiting.unread ? "unread" : ""}" href=${chat.urlOf(room.id)} data-room=${room.id}
      draggable="false" aria-keyshortcuts="Shift+F10" aria-current=${room.id === chat.shown ? "page" : nothing}
      @click=${(event) => this.#go(event, room.id)}>
      ${signWithState(room, chat.partners)}<b title=${name}><bdi>${name}</bdi></b>${room.quiet ? quiet() : nothing}${this.#here(room)}
      ${threadsBadge(room.threads, threadIcon)}${waitingBadge(waiting)}</a>`;
  }

  // In a direct conversation the partner's presence shows it.
  #here(room) {
    const { roster, shown } = this.chat;
    const here = room.id === shown && roster.here !== null ? roster.here : room.here;
    return here && !room.people ? html`<small data-here=${here}>${hereText(here)}</small>` : nothing;
  }

  #more(room) {
    const words = interpolate(gettext("Options for %(room)s"), { room: nameOf(room) });
    const open = () => this.dispatchEvent(new CustomEvent("menu", { detail: room.id, bubbles: true }));
    return html`<button type="button" class="keep" tabindex="-1" aria-label=${words} aria-haspopup="menu" data-menu=${room.id}
      @click=${open}>${moreIcon}</button>`;
  }

  // A click with a modifier opens a tab or window; the browser handles that.
  #go(event, id) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
  }

  #dragStarted(event, room) {
    this.#dragged = room;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(room)); // Firefox needs data to drag
  }

  #draggedOver(event, room) {
    if (!this.#dragged || room.id === this.#dragged.id) return;
    event.preventDefault();
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const side = event.clientY > top + height / 2 ? "after" : "before";
    if (this.target?.room !== room.id || this.target.side !== side) this.target = { room: room.id, side };
  }

  #dropped(event, room) {
    if (!this.#dragged || room.id === this.#dragged.id) return;
    event.preventDefault();
    this.chat.keeping.move(this.#dragged, room, this.target?.side === "after");
  }

  #dragEnded = () => {
    this.#dragged = null;
    this.target = null;
  };
}

function quiet() {
  return html`<span class="is-quiet">${quietIcon}<span class="visually-hidden">${gettext("muted")}</span></span>`;
}

customElements.define("room-list", RoomList);
