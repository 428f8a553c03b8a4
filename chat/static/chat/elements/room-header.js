import { minutes } from "../lib/clock.js";
import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { hereText, unreadText } from "../parts/counts.js";
import { menuIcon, moreIcon, peopleIcon, pinIcon, threadIcon } from "../parts/icons.js";
import { partnerDot, partnerOf, partnerWords } from "../parts/partner.js";
import { signOf } from "../parts/room-avatar.js";
import { smallMarks } from "../parts/room-badges.js";
import { fullNameOf, nameOf } from "../rules/room-name.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import "./about-dialog.js";
import "./pop-menu.js";
import "./room-moderation.js";
import "./reports-button.js";

// Header of the room: name, topic, the number of people here, and its menu.
export class RoomHeader extends LightElement {
  static properties = { chat: { attribute: false } };

  willUpdate() {
    const { chat } = this;
    this.follow(chat, chat.rooms, chat.roster, chat.pins, chat.rosterFold, minutes);
  }

  render() {
    const { room } = this.chat;
    return html`<header class="room-header">${this.#rooms()}${room ? this.#title(room) : nothing}
      <reports-button .chat=${this.chat}></reports-button>
      ${room ? this.#beside(room) : nothing}${this.#people()}${room ? this.#menu(room) : nothing}</header>
      ${room ? html`<about-dialog .room=${room}></about-dialog>` : nothing}`;
  }

  #title(room) {
    if (room.people?.length === 1) return this.#partner(room);
    return html`<h1 title=${fullNameOf(room)}>${signOf(room)}<bdi>${fullNameOf(room)}</bdi>${smallMarks(room)}</h1>
      <p class="topic" title=${room.topic}><bdi>${room.topic}</bdi></p>`;
  }

  #partner(room) {
    const { chat } = this;
    const person = partnerOf(chat);
    return html`<div class="partner">${signOf(room, partnerDot(person))}
      <h1 title=${fullNameOf(room)}><bdi>${fullNameOf(room)}</bdi>${smallMarks(room)}</h1>
      ${partnerWords(chat, person)}</div>`;
  }

  // Buttons for the side panel, with counts.
  #beside({ threads }) {
    const { count } = this.chat.pins;
    const replies = ngettext("Threads, %(count)s new reply", "Threads, %(count)s new replies", threads);
    const pinned = ngettext("%(count)s pinned message", "%(count)s pinned messages", count);
    const badge = html`<span class="badge mention">${unreadText(threads ?? 0)}</span>`;
    const words = threads ? interpolate(replies, { count: threads.toLocaleString() }) : gettext("Threads");
    const number = html`<span class="number">${count}</span>`;
    return html`${this.#sideOpener("threads", words, html`${threadIcon}${threads ? badge : nothing}`)}
      ${this.#sideOpener("pins", interpolate(pinned, { count }), html`${pinIcon}${count ? number : nothing}`)}`;
  }

  #sideOpener(what, words, content) {
    const { side } = this.chat;
    const isOpen = side.shows === what;
    return html`<button type="button" class="tool" data-opens=${what} aria-label=${words} title=${words}
      aria-pressed=${isOpen} @click=${() => (isOpen ? side.close() : side.open(what))}>${content}</button>`;
  }

  // Button of the room list, with a mark for unread messages while the list is closed.
  #rooms() {
    const { unread } = this.chat.rooms;
    const words = unread ? gettext("Rooms, with unread messages") : gettext("Rooms");
    return this.#opener("rail", words, html`${menuIcon}${unread ? html`<span class="pip"></span>` : nothing}`);
  }

  #people() {
    const { here } = this.chat.roster;
    const label = gettext("People in this room");
    const words = here === null ? label : `${label}: ${hereText(here)}`;
    return this.#opener("roster", words, html`${peopleIcon}<span class="number">${here ?? "–"}</span>`);
  }

  #opener(drawer, words, content) {
    const { room, rosterFold } = this.chat;
    const turns = drawer === "roster" && rosterFold.turnsIn(room);
    const slide = () => this.dispatchEvent(new CustomEvent("drawer", { detail: drawer, bubbles: true }));
    const open = () => (turns ? rosterFold.toggle() : slide());
    return html`<button type="button" class="tool opens-${drawer}" aria-label=${words}
      aria-expanded=${turns ? !rosterFold.isFolded(room) : nothing} @click=${open}>${content}</button>`;
  }

  #menu(room) {
    const topic = room.topic ? html`<br><bdi>${room.topic}</bdi>` : nothing;
    return html`<pop-menu><details>
      <summary class="tool" aria-haspopup="menu" aria-label=${gettext("More about this room")}>${moreIcon}</summary>
      <div class="menu"><p><b><bdi>${nameOf(room)}</bdi></b>${topic}</p>
        <div role="menu" aria-label=${gettext("More about this room")}>
        <button type="button" data-act="about" @click=${this.#about}>${gettext("About this room")}</button>
        <room-moderation .chat=${this.chat}></room-moderation>
        ${this.chat.acts.allows("change_settings") ? this.#settings(room) : nothing}
        ${room.kind === "direct" ? nothing : this.#leave(room)}</div></div>
    </details></pop-menu>`;
  }

  #about = () => {
    this.querySelector("pop-menu").close();
    this.querySelector("about-dialog").open();
  };

  #settings({ id }) {
    const url = this.chat.urls.settings.replace("/0/", `/${id}/`);
    return html`<a href=${url} data-act="settings">${gettext("Room settings")}</a>`;
  }

  #leave(room) {
    const leave = () => this.dispatchEvent(new CustomEvent("leave", { detail: room, bubbles: true }));
    return html`<button type="button" class="danger" @click=${leave}>${gettext("Leave this room…")}</button>`;
  }
}

customElements.define("room-header", RoomHeader);
