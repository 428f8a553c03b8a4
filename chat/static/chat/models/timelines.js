import { Timeline } from "./timeline.js";

const KEPT = 10; // rooms to which one comes back at once

// The histories of the rooms that were shown, the latest last. One that is not live has a gap before what happens now: it
// gets all of it when it is opened again.
export class Timelines {
  #kept = new Map();

  // The room's, begun anew where it is not kept.
  of(room) {
    if (!this.#kept.has(room)) this.#kept.set(room, new Timeline(room));
    return this.#kept.get(room);
  }

  get(room) {
    return this.#kept.get(room);
  }

  live(room) {
    const timeline = this.#kept.get(room);
    return timeline?.live ? timeline : undefined;
  }

  // Every numbered event of a room passes here.
  reach({ room, version }) {
    this.live(room)?.reach(version);
  }

  // This one is shown now; the one that was not shown for longest is forgotten.
  show(room) {
    const timeline = this.of(room);
    this.#kept.delete(room);
    this.#kept.set(room, timeline); // a Map keeps its order
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT) this.#kept.delete(oldest);
  }

  delete(room) {
    this.#kept.delete(room);
  }

  renamed(user) {
    for (const timeline of this.#kept.values()) timeline.renamed(user);
  }

  lostConnection() {
    for (const timeline of this.#kept.values()) timeline.live = false;
  }
}
