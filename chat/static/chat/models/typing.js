import { Observable } from "../lib/observable.js";

const HOLDS = 6000; // ms, unless it is renewed
const SAY_AGAIN = 3000; // ms: half of it, so that one lost event does no harm

/**
 * @typedef {{ user: User, thread?: number | null }} Writing
 * @typedef {{ user: User, thread: number | null, timer: ReturnType<typeof setTimeout> }} Entry
 */

// Users who are typing in the open room. Each entry expires by itself.
export class Typing extends Observable {
  #me;
  #blocks;
  /** @type {Entry[]} */
  #entries = [];

  /**
   * @param {User} me
   * @param {{ has(id: number): boolean }} blocks
   */
  constructor(me, blocks) {
    super();
    this.#me = me;
    this.#blocks = blocks;
  }

  /**
   * Returns the users typing in the room (`thread` is null) or in a thread, except blocked ones.
   * @param {number | null} thread
   */
  in(thread) {
    const users = this.#entries.filter((entry) => entry.thread === thread).map((entry) => entry.user);
    return users.filter(({ id }) => !this.#blocks.has(id));
  }

  /** @param {Writing} event */
  started({ user, thread }) {
    if (user.id === this.#me.id) return;
    this.stopped({ user, thread });
    const timer = setTimeout(() => this.stopped({ user, thread }), HOLDS);
    this.#keep([...this.#entries, { user, thread: thread ?? null, timer }]);
  }

  /** @param {Writing} event */
  stopped({ user, thread }) {
    this.#end((entry) => entry.user.id === user.id && entry.thread === (thread ?? null));
  }

  /** @param {{ id: number }} user */
  left(user) {
    this.#end((entry) => entry.user.id === user.id);
  }

  clear() {
    this.#end(() => true);
  }

  /** @param {(entry: Entry) => boolean} isOver */
  #end(isOver) {
    for (const entry of this.#entries) if (isOver(entry)) clearTimeout(entry.timer);
    if (this.#entries.some(isOver)) this.#keep(this.#entries.filter((entry) => !isOver(entry)));
  }

  /** @param {Entry[]} entries */
  #keep(entries) {
    this.#entries = entries;
    this.changed();
  }
}

// Signals to others that the user is typing.
export class TypingSignal {
  #socket;
  #where;
  #saidAt = -Infinity;

  /**
   * @param {Channel} socket
   * @param {{ room: number, thread?: number }} where
   */
  constructor(socket, where) {
    this.#socket = socket;
    this.#where = where;
  }

  typed() {
    if (performance.now() - this.#saidAt < SAY_AGAIN) return;
    this.#saidAt = performance.now();
    this.#say("typing.start");
  }

  ended() {
    if (this.#saidAt === -Infinity) return;
    this.#saidAt = -Infinity;
    this.#say("typing.stop");
  }

  /** @param {string} type */
  #say(type) {
    this.#socket.command(type, this.#where).catch(() => {}); // it may be lost
  }
}
