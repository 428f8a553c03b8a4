import { Timeline } from "./timeline.js";

const KEPT = 10; // rooms to which the user can return at once

// Histories of rooms that were open, the latest last. A history that is not live lacks recent events, and gets them
// when its room is opened again.
export class Timelines {
  /** @type {Map<number, Timeline>} */
  #kept = new Map();

  /**
   * Returns the room's history, which is empty if it was not kept.
   * @param {number} room
   * @returns {Timeline}
   */
  of(room) {
    const timeline = this.#kept.get(room) ?? new Timeline(room);
    this.#kept.set(room, timeline); // a kept one keeps its place in the order
    return timeline;
  }

  /** @param {number} room */
  get(room) {
    return this.#kept.get(room);
  }

  /** @param {number} room */
  live(room) {
    const timeline = this.#kept.get(room);
    return timeline?.live ? timeline : undefined;
  }

  /**
   * Notes the version of each numbered event of a room.
   * @param {{ room: number, version: number }} event
   */
  reach({ room, version }) {
    this.live(room)?.reach(version);
  }

  /**
   * Makes this room the latest, and forgets the one that was shown least recently.
   * @param {number} room
   */
  show(room) {
    const timeline = this.of(room);
    this.#kept.delete(room);
    this.#kept.set(room, timeline); // a Map keeps its order
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT) this.#kept.delete(oldest);
  }

  /** @param {number} room */
  delete(room) {
    this.#kept.delete(room);
  }

  /** @param {User} user */
  renamed(user) {
    for (const timeline of this.#kept.values()) timeline.renamed(user);
  }

  lostConnection() {
    for (const timeline of this.#kept.values()) timeline.live = false;
  }
}
