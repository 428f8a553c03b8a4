import { Model } from "./model.js";

const MINUTE = 60_000; // ms
const LONGEST = 2 ** 31 - 1; // ms that a timer can wait

// Says "change" as each minute begins: "2 minutes ago" and somebody's local time are drawn anew.
class Minutes extends Model {
  constructor() {
    super();
    this.#wait();
  }

  #wait() {
    setTimeout(() => {
      this.changed();
      this.#wait();
    }, MINUTE - (Date.now() % MINUTE));
  }
}

export const minutes = new Minutes();

// Rings once the first of some times has passed. What is set later takes its place.
export class Alarm {
  #ring;
  #timer = null;

  constructor(ring) {
    this.#ring = ring;
  }

  // ISO times; what is null never comes.
  set(times) {
    clearTimeout(this.#timer);
    const next = Math.min(...times.filter(Boolean).map((time) => Date.parse(time)));
    if (next === Infinity) return;
    const rings = () => (next > Date.now() ? this.set(times) : this.#ring());
    this.#timer = setTimeout(rings, Math.min(next - Date.now(), LONGEST));
  }
}
