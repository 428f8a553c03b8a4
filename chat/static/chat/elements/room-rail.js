import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { RoomListState } from "../models/room-list-state.js";
import { closer } from "../parts/closer.js";
import { downIcon, writeIcon } from "../parts/icons.js";
import { roomsInSight, SECTIONS } from "../rules/room-sections.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { moveFocus } from "./popover-position.js";
import "./room-jump-field.js";
import "./account-menu.js";
import "./message-dialog.js";
import "./room-finder.js";
import "./room-list.js";
import "./room-menu.js";

// Left column: the site, search for rooms and users, the list of rooms, and the user's own menu.
export class RoomRail extends LightElement {
  static properties = { chat: { attribute: false }, wanted: { state: true }, below: { state: true } };
  #state = null;
  #stop = null; // the list entry that the Tab key reaches

  constructor() {
    super();
    Object.assign(this, { wanted: "", below: 0 });
  }

  willUpdate() {
    this.#state ??= new RoomListState(this.chat.me);
    this.follow(this.chat, this.chat.rooms, this.#state);
  }

  render() {
    const { chat } = this;
    return html`<div class="site">
        <a href=${chat.urls.index}><i class="mark"></i><b><bdi>${document.body.dataset.site}</bdi></b></a>
        ${this.#writer()}${closer(this)}</div>
      <room-jump-field @narrow=${({ detail }) => (this.wanted = detail)} @find=${this.#find}
        @enter-list=${() => this.#entries[0]?.focus()}></room-jump-field>
      ${this.#ways()}
      <div class="scroll" @menu=${this.#menu} @scroll=${this.#measure} @keydown=${this.#key}
        @focusin=${this.#entered} @go=${this.#gone}>
        <room-finder .chat=${chat} .wanted=${this.wanted}></room-finder>
        ${this.wanted ? nothing : this.#lists()}</div>
      ${this.#hint()}
      <account-menu .me=${chat.me} .socket=${chat.socket} .status=${chat.status}></account-menu>
      <room-menu .chat=${chat} @kept=${({ detail }) => this.#focusOn(detail)}></room-menu>
      <message-dialog .chat=${chat}></message-dialog>`;
  }

  updated() {
    this.#settled.then(() => {
      this.#measure();
      this.#rove();
    });
  }

  #ways() {
    const { unreadOnly } = this.#state;
    return html`<div class="rail-ways"><a class="all" href=${this.chat.urls.index}>${gettext("All rooms")}</a>
      <a class="all" href=${this.chat.urls.newRoom}>${gettext("New room…")}</a>
      <button type="button" class="all" data-act="unread-only" aria-pressed=${unreadOnly}
        @click=${() => this.#state.toggleUnreadOnly()}>${gettext("Unread")}</button></div>`;
  }

  #lists() {
    const none = html`<p class="none">${gettext("You haven’t joined any rooms yet.")}</p>`;
    return html`${SECTIONS.map((section) => this.#section(section))}
      ${roomsInSight(this.chat).length ? nothing : none}`;
  }

  #section(section) {
    return html`<room-list .chat=${this.chat} .section=${section} .state=${this.#state}></room-list>`;
  }

  #writer() {
    const words = gettext("New message");
    const write = () => this.querySelector("message-dialog").open();
    return html`<button type="button" class="tool" aria-label=${words} title=${words} aria-haspopup="dialog"
      data-act="write" @click=${write}>${writeIcon}</button>`;
  }

  // Hint to unread rooms outside of the visible part.
  #hint() {
    const words = ngettext("%(count)s more unread", "%(count)s more unread", this.below);
    return html`<button type="button" class="more-unread" ?hidden=${!this.below} @click=${this.#showNext}
      >${interpolate(words, { count: this.below.toLocaleString() })}${downIcon}</button>`;
  }

  get #entries() {
    return [...this.querySelectorAll(".scroll .room")].filter((entry) => entry.checkVisibility());
  }

  get #settled() {
    return Promise.all([...this.querySelectorAll("room-list")].map((list) => list.updateComplete));
  }

  #find = ({ detail }) => this.querySelector("room-finder").go(detail);

  // The user is switching rooms, so the field is cleared.
  #gone = () => this.querySelector("room-jump-field").clear();

  focus() {
    (this.#entries.find(({ tabIndex }) => tabIndex === 0) ?? this.querySelector("room-jump-field")).focus();
  }

  #entered = ({ target }) => {
    this.#stop = this.#entryAt(target) ?? this.#stop;
    this.#rove();
  };

  // The whole list is one Tab stop: the last focused entry, or the open room. Arrow keys move on (roving tabindex).
  #rove() {
    const entries = this.#entries;
    const isHere = entries.includes(this.#stop) && this.querySelector(".scroll").contains(document.activeElement);
    const stop = (isHere && this.#stop) || entries.find((entry) => entry.ariaCurrent === "page") || entries[0];
    for (const entry of entries) entry.tabIndex = entry === stop ? 0 : -1;
  }

  #entryAt(target) {
    return target.closest(".room") ?? target.closest("li")?.querySelector(".room");
  }

  #key = (event) => {
    const entry = this.#entryAt(event.target);
    if (event.key === "Escape" && this.wanted) {
      event.stopPropagation();
      this.#gone();
      this.dispatchEvent(new Event("write", { bubbles: true }));
    } else if (!entry || event.altKey) return;
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      entry.parentElement.querySelector("[data-menu]")?.click();
    } else if (event.key === "ArrowUp" && entry === this.#entries[0]) {
      event.preventDefault();
      this.querySelector("room-jump-field").focus();
    } else moveFocus(event, this.#entries, { ArrowDown: 1, ArrowUp: -1 }, entry);
  };

  #measure = () => {
    this.below = this.#unreadBelow.length;
  };

  get #unreadBelow() {
    const { bottom } = this.querySelector(".scroll").getBoundingClientRect();
    return [...this.querySelectorAll(".scroll .room.unread")].filter(
      (room) => room.getBoundingClientRect().top >= bottom,
    );
  }

  #showNext = () => this.#unreadBelow[0]?.scrollIntoView({ block: "center" });

  #menu = ({ detail, target }) => {
    this.querySelector("room-menu").open(detail, target.querySelector(`[data-menu="${detail}"]`));
  };

  // The entry may have moved to another section, which loses the focus.
  async #focusOn(id) {
    await this.#settled;
    if (document.activeElement === document.body) this.querySelector(`[data-menu="${id}"]`)?.focus();
  }
}

customElements.define("room-rail", RoomRail);
