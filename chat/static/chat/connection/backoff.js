const SHORTEST = 300; // ms: too short to notice, and it spares a server that is restarting
const FIRST = 7000; // ms: a server that stops or is lost is lost to all its users at once
const LONGEST = 15_000; // ms: the longest wait for a server that is back
const STABLE = 10_000; // ms: a connection that lasted this long was a good one

// Exponential backoff with jitter. Each bound is twice the last, and the wait is random below it, so that a thousand
// tabs do not reconnect at the same moment (docs/protocol.md, “Coming back”).
export class Backoff {
  #tries = 0;
  #since = 0;

  get delay() {
    const bound = Math.min(LONGEST, FIRST * 2 ** this.#tries);
    this.#tries += 1;
    return SHORTEST + Math.random() * (bound - SHORTEST);
  }

  // Delay after the server asked the client to wait.
  get patience() {
    return LONGEST * (2 + Math.random());
  }

  get stable() {
    return this.#since > 0 && performance.now() - this.#since > STABLE;
  }

  opened() {
    this.#since = performance.now();
  }

  lost() {
    if (this.stable) this.#tries = 0;
    this.#since = 0;
  }
}
