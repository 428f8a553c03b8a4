const SHORTEST = 300; // ms: a person does not notice it, and a restarting server is spared
const FIRST = 7000; // ms: a server that ends or is lost is lost to all of its people at once
const LONGEST = 15_000; // ms: nobody waits longer than that for a server that is back
const STABLE = 10_000; // ms: a connection that held this long was a good one

// How long to wait before the next try: each bound is twice the last, and the wait is anywhere below it, so that a
// thousand tabs do not come back in the same moment (docs/protocol.md, “Coming back”).
export class Backoff {
  #tries = 0;
  #since = 0;

  get delay() {
    const bound = Math.min(LONGEST, FIRST * 2 ** this.#tries);
    this.#tries += 1;
    return SHORTEST + Math.random() * (bound - SHORTEST);
  }

  // Where the server asks for patience.
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
