import { Timeline } from "./timeline.js";

const KEPT = 10; // rooms to which one comes back at once

// The histories of the rooms that were shown, the latest last. One that is not live has a gap before what happens now: it
// gets all of it when it is opened again.
export class Timelines {
  /** @type {Map<number, Timeline>} */
  #kept = new Map();

  /**
   * The room's, begun anew where it is not kept.
   * @param {number} room
   * @returns {Timeline}
   */
  of(room) {
    const timeline = this.#kept.get(room) ?? new Timeline(room);
    this.#kept.set(room, timeline); // one that is kept stays where it stands
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
   * Every numbered event of a room passes here.
   * @param {{ room: number, version: number }} event
   */
  reach({ room, version }) {
    this.live(room)?.reach(version);
  }

  /**
   * This one is shown now; the one that was not shown for longest is forgotten.
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
