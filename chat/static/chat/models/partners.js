import { Observable } from "../lib/observable.js";

// Presence of the other user in each direct conversation of two, by user id, from the server's events. It is unknown
// without a connection, or while presence is unavailable.
export class Partners extends Observable {
  /** @type {Map<number, PresenceShape>} */
  #states = new Map();

  /** @param {Channel} socket */
  constructor(socket) {
    super();
    socket.addEventListener("partners.changed", ({ detail }) => this.#learn(detail.partners));
    socket.addEventListener("change", () => socket.state === "open" || this.#learn(null));
  }

  /**
   * Returns one of online, away, dnd and offline; null if unknown, and for rooms of more than two.
   * @param {Pick<Room, "people">} room
   */
  in({ people }) {
    return people?.length === 1 ? (this.#states.get(people[0].id) ?? null) : null;
  }

  /** @param {Record<string, PresenceShape> | null} states */
  #learn(states) {
    if (!states && !this.#states.size) return;
    if (!states) this.#states.clear();
    for (const [id, state] of Object.entries(states ?? {})) this.#states.set(Number(id), state);
    this.changed();
  }
}
