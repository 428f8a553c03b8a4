import { Observable } from "./observable.js";

const MINUTE = 60_000; // ms
const LONGEST = 2 ** 31 - 1; // ms that a timer can wait

let start = Date.now() - performance.now(); // when the page began, by the clock that it knows best

// The time by the server's clock, in ms: that of the page's own machine may be hours off.
export const now = () => start + performance.now();

export const present = () => new Date(now());

/**
 * The server told its time (ISO). That takes a while to come, so the latest that was heard is the nearest; `anew`:
 * another server may have told what was known before.
 * @param {string | undefined} time
 * @param {boolean} anew
 */
export function learnTime(time, anew = false) {
  const heard = Date.parse(time ?? "") - performance.now();
  if (Number.isNaN(heard)) return; // an older server says nothing
  start = anew ? heard : Math.max(start, heard);
}

// Says "change" as each minute begins: "2 minutes ago" and somebody's local time are drawn anew.
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

// Rings once the first of some times has passed. What is set later takes its place.
export class Alarm {
  #ring;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} ring */
  constructor(ring) {
    this.#ring = ring;
  }

  /**
   * ISO times; what is null never comes.
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
