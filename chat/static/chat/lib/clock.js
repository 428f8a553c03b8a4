import { Observable } from "./observable.js";

const MINUTE = 60_000; // ms
const LONGEST = 2 ** 31 - 1; // ms: the longest delay of a timer

let start = Date.now() - performance.now(); // when the page began, by the best known clock

// The time by the server's clock, in ms: the clock of the user's machine may be hours off.
export const now = () => start + performance.now();

export const present = () => new Date(now());

/**
 * Learns the server's time (ISO). Since messages take time to arrive, the highest estimate is the most accurate. `restart`
 * discards earlier times, since another server may have sent them.
 * @param {string | undefined} time
 * @param {boolean} restart
 */
export function learnTime(time, restart = false) {
  const heard = Date.parse(time ?? "") - performance.now();
  if (Number.isNaN(heard)) return; // an older server sends none
  start = restart ? heard : Math.max(start, heard);
}

// Dispatches "change" as each minute begins, so that "2 minutes ago" and users' local times are redrawn.
class Minutes extends Observable {
  constructor() {
    super();
    this.#wait();
  }

  #wait() {
    setTimeout(
      () => {
        this.changed();
        this.#wait();
      },
      MINUTE - (now() % MINUTE),
    );
  }
}

export const minutes = new Minutes();

// Rings when the earliest of some times has passed. Setting it again replaces those times.
export class Alarm {
  #ring;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} ring */
  constructor(ring) {
    this.#ring = ring;
  }

  /**
   * Sets ISO times; null never rings.
   * @param {(string | null | undefined)[]} times
   */
  set(times) {
    clearTimeout(this.#timer);
    const next = Math.min(...times.map((time) => (time ? Date.parse(time) : Infinity)));
    if (next === Infinity) return;
    const rings = () => (next > now() ? this.set(times) : this.#ring());
    this.#timer = setTimeout(rings, Math.min(next - now(), LONGEST));
  }
}
