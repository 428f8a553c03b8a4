import { Observable } from "../lib/observable.js";
import { shared } from "../lib/storage.js";

const WIDE = matchMedia("(width > 1080px)"); // elsewhere the list of people is a drawer (elements/drawers.js)

// Whether the list of people stands beside a conversation of two, or notes to oneself, whose header says the same. This
// browser remembers it.
export class RosterFold extends Observable {
  #key;

  /** @param {User} me */
  constructor(me) {
    super();
    this.#key = `roster:${me.id}`;
    WIDE.addEventListener("change", () => this.changed());
  }

  /**
   * Only in these rooms.
   * @param {Room | undefined} room
   */
  concerns(room) {
    return (room?.people?.length ?? Infinity) <= 1;
  }

  /** @param {Room | undefined} room */
  isFolded(room) {
    return this.concerns(room) && shared.get(this.#key) !== "open";
  }

  /**
   * Whether the button opens and closes it in its place.
   * @param {Room | undefined} room
   */
  turnsIn(room) {
    return WIDE.matches && this.concerns(room);
  }

  toggle() {
    if (shared.get(this.#key) === "open") shared.remove(this.#key);
    else shared.set(this.#key, "open");
    this.changed();
  }
}
