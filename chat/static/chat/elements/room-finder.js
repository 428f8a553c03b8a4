import { gettext, interpolate } from "../lib/i18n.js";
import { waitingBadge } from "../parts/counts.js";
import { signWithState } from "../parts/room-avatar.js";
import { waitingIn } from "../rules/badge-counts.js";
import { rankOf, searchKey } from "../rules/name-search.js";
import { nameOf } from "../rules/room-name.js";
import { roomsNamed } from "../rules/room-sections.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const PAUSE = 150; // ms: no request while the user is typing

// Rooms that match a typed name: the user's own, then other public rooms, and last the creation of a new one, with a
// confirmation. Enter in the field opens the first.
export class RoomFinder extends LightElement {
  static properties = {
    chat: { attribute: false },
    wanted: { attribute: false },
    others: { state: true },
    asking: { state: true },
    error: { state: true },
  };
  #timer = null;

  constructor() {
    super();
    Object.assign(this, { wanted: "", others: [], asking: null, error: null });
  }

  willUpdate(changed) {
    this.follow(this.chat, this.chat.rooms, this.chat.partners);
    if (changed.has("wanted")) this.#search();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  render() {
    if (!this.wanted) return nothing;
    const own = roomsNamed(this.chat, this.wanted);
    const found = [...own, ...this.others];
    return html`<ul class="rooms found" aria-label=${gettext("Matches")}>
        ${repeat(
          found,
          ({ id }) => id,
          (room, index) => this.#entry(room, index === 0),
        )}
        ${this.#isTaken(found) ? nothing : html`<li>${this.#creator()}</li>`}</ul>
      <p class="error" role="alert">${this.error}</p>`;
  }

  // Target of Enter. It waits for a pending request: the start of an existing name must not create a room.
  async go(name) {
    const [own] = roomsNamed(this.chat, name);
    if (own) return this.#open(own);
    const [other] = await this.#othersNamed(name);
    if (other) return this.#open(other);
    return this.#ask(name);
  }

  async #ask(name) {
    this.wanted = name;
    await this.updateComplete;
    this.asking = name;
    await this.updateComplete;
    this.querySelector("[data-act=create]")?.focus();
  }

  #search() {
    clearTimeout(this.#timer);
    const { wanted } = this;
    Object.assign(this, { others: [], asking: null, error: null });
    if (wanted) this.#timer = setTimeout(() => this.#find(wanted), PAUSE);
  }

  async #find(wanted) {
    const others = await this.#othersNamed(wanted);
    if (wanted === this.wanted) this.others = others;
  }

  async #othersNamed(name) {
    try {
      return await this.chat.publicRooms(name);
    } catch {
      return []; // the user's own rooms are listed even so
    }
  }

  #entry(room, isFirst) {
    const isOwn = this.chat.rooms.get(room.id) !== undefined;
    const name = nameOf(room);
    return html`<li><a class="room" href=${this.chat.urlOf(room.id)} data-room=${room.id} ?data-first=${isFirst}
      @click=${(event) => this.#clicked(event, room)}>${signWithState(room, this.chat.partners)}<b title=${name}><bdi>${name}</bdi></b>
      ${isOwn ? waitingBadge(waitingIn(room)) : html`<small>${gettext("not joined")}</small>`}</a></li>`;
  }

  #creator() {
    const name = this.wanted.replace(/^#\s*/u, "");
    const words = interpolate(gettext("Create public room “%(name)s”"), { name });
    if (this.asking === null) {
      return html`<button type="button" class="room create" @click=${() => this.#ask(name)}>${words}</button>`;
    }
    return html`<div class="ask" role="group" aria-label=${words}><p>${gettext("No room has this name yet.")}</p>
      <button type="button" class="button" data-act="create" @click=${() => this.#create(name)}>${words}</button></div>`;
  }

  #isTaken(found) {
    const isIt = (room) => room.kind !== "private" && !room.people && rankOf(searchKey(room.name), this.wanted) === 4;
    return found.some(isIt);
  }

  async #create(name) {
    try {
      this.#leave(await this.chat.join(name));
    } catch (error) {
      this.error = error.message;
    }
  }

  // A click with a modifier opens a tab or window; the browser handles that.
  #clicked(event, room) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#open(room);
  }

  // The page of a room that the user has not joined describes it, and offers to join.
  #open(room) {
    if (this.chat.rooms.get(room.id)) this.#leave(room.id);
    else location.assign(this.chat.urlOf(room.id));
  }

  #leave(id) {
    this.dispatchEvent(new CustomEvent("go", { detail: id, bubbles: true }));
    this.dispatchEvent(new Event("write", { bubbles: true }));
  }
}

customElements.define("room-finder", RoomFinder);
