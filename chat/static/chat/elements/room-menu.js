import { gettext } from "../lib/i18n.js";
import { checkIcon } from "../parts/icons.js";
import { nameOf } from "../rules/room-name.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { alongStart, moveFocus, openAt, placeAt } from "./popover-position.js";

// Menu of a room in the user's list; a sheet on a phone.
export class RoomMenu extends LightElement {
  static properties = { chat: { attribute: false }, roomId: { state: true } };
  #anchor = null;

  willUpdate() {
    this.follow(this.chat, this.chat.rooms);
  }

  async open(id, anchor) {
    this.roomId = id;
    this.#anchor = anchor;
    await this.updateComplete;
    openAt(this.#popover, anchor, alongStart);
    this.querySelector("[role^=menuitem]").focus();
  }

  // The menu follows the entry that it moves.
  updated() {
    const isOpen = this.#popover.matches(":popover-open");
    if (isOpen && !this.room) this.#popover.hidePopover();
    else if (isOpen) placeAt(this.#popover, this.#anchor, alongStart);
  }

  render() {
    const { room } = this;
    return html`<div popover class="menu acts-menu" role="menu" aria-label=${nameOf(room) ?? nothing}
      @keydown=${this.#key}>${room ? this.#items(room) : nothing}</div>`;
  }

  get room() {
    return this.chat.rooms.get(this.roomId);
  }

  get #popover() {
    return this.querySelector("[popover]");
  }

  #items(room) {
    const last = room.people
      ? this.#item("put-away", gettext("Hide until a new message"), () => this.#putAway(room))
      : this.#item("leave", gettext("Leave…"), () => this.#leave(room), "danger");
    return html`${this.#choice("favourite", gettext("Favourite"), room)}
      ${this.#choice("quiet", gettext("Mute (badge only for mentions)"), room)}
      ${this.#mover("up", gettext("Move up"), room, -1)}${this.#mover("down", gettext("Move down"), room, 1)}${last}`;
  }

  #item(act, words, handle, kind = "") {
    return html`<button type="button" role="menuitem" data-act=${act} class=${kind} @click=${handle}>${words}</button>`;
  }

  #choice(name, words, room) {
    const isOn = Boolean(room[name]);
    const toggle = () => this.#closed(this.chat.keeping.keep(room, { [name]: !isOn }));
    return html`<button type="button" role="menuitemcheckbox" data-act=${name} aria-checked=${isOn} @click=${toggle}
      ><span>${words}</span>${isOn ? checkIcon : nothing}</button>`;
  }

  // The menu stays open for another step.
  #mover(act, words, room, step) {
    const other = this.chat.keeping.neighbour(room, step);
    const move = () => other && this.chat.keeping.move(room, other, step > 0);
    return html`<button type="button" role="menuitem" data-act=${act} aria-disabled=${!other} @click=${move}
      >${words}</button>`;
  }

  // An open conversation would stay visible, so the page switches to another room.
  #putAway(room) {
    const { keeping, shown } = this.chat;
    const next = room.id === shown && keeping.another(room);
    if (next) this.dispatchEvent(new CustomEvent("go", { detail: next.id, bubbles: true }));
    this.#closed(keeping.keep(room, { put_away: true }));
  }

  #leave(room) {
    this.#popover.hidePopover();
    this.dispatchEvent(new CustomEvent("leave", { detail: room, bubbles: true }));
  }

  async #closed(kept) {
    const { roomId } = this;
    this.#popover.hidePopover();
    await kept;
    this.dispatchEvent(new CustomEvent("kept", { detail: roomId }));
  }

  #key = (event) => {
    moveFocus(event, [...this.querySelectorAll("[role^=menuitem]")], { ArrowDown: 1, ArrowUp: -1 });
  };
}

customElements.define("room-menu", RoomMenu);
