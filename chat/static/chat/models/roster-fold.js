import { Observable } from "../lib/observable.js";
import { shared } from "../lib/storage.js";

const WIDE = matchMedia("(width > 1080px)"); // on narrower pages the list of people is a drawer (elements/drawers.js)

// Fold of the list of people in conversations of two and in notes to oneself, whose header shows the same. This browser
// remembers it.
export class RosterFold extends Observable {
  #key;

  /** @param {User} me */
  constructor(me) {
    super();
    this.#key = `roster:${me.id}`;
    WIDE.addEventListener("change", () => this.changed());
  }

  /**
   * Returns true for rooms that have this fold.
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
   * Returns true if the button opens and closes the list in place.
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
