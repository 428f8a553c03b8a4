import { Observable } from "../lib/observable.js";
import { shared } from "../lib/storage.js";

// The user's view of the list of rooms: folded sections, and an unread filter. This browser remembers it.
export class RoomListState extends Observable {
  #key;
  /** @type {Set<string>} */
  #folded;
  #unreadOnly;

  /** @param {User} me */
  constructor(me) {
    super();
    this.#key = `room-list:${me.id}`;
    const { folded, unreadOnly } = this.#stored();
    this.#folded = new Set(Array.isArray(folded) ? folded : []);
    this.#unreadOnly = unreadOnly === true;
  }

  get unreadOnly() {
    return this.#unreadOnly;
  }

  /** @param {string} section */
  isFolded(section) {
    return this.#folded.has(section);
  }

  /** @param {string} section */
  fold(section) {
    if (!this.#folded.delete(section)) this.#folded.add(section);
    this.#keep();
  }

  toggleUnreadOnly() {
    this.#unreadOnly = !this.#unreadOnly;
    this.#keep();
  }

  // Another release of the page may have stored something else.
  #stored() {
    try {
      return JSON.parse(shared.get(this.#key) ?? "null") ?? {};
    } catch {
      return {};
    }
  }

  #keep() {
    shared.set(this.#key, JSON.stringify({ folded: [...this.#folded], unreadOnly: this.#unreadOnly }));
    this.changed();
  }
}
