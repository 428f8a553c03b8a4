import { present } from "../lib/clock.js";
import { Observable } from "../lib/observable.js";
import { own } from "../lib/storage.js";
import { previewOf } from "../rules/previews.js";

const RETRY = 2000; // ms
const TRIES = 10; // after these, the user decides

/**
 * @typedef {{ id: number, author: User, body: string }} Quoted
 * @typedef {import("../rules/log-rows.js").Pending & {
 *   room: number, thread?: number, quote?: Quoted, tries: number, failed: string | null,
 * }} Entry
 */

// Messages that are not acknowledged yet. They outlive a reload of the tab, and each attempt has the same client id, so
// that the server stores a message once for any number of attempts.
export class Outbox extends Observable {
  #socket;
  #key;
  /** @type {Entry[]} */
  #entries;
  /** @type {Set<number>} */
  #sending = new Set(); // rooms with a message that is being sent, or waits
  /** @type {Map<number, () => void>} */
  #waiting = new Map(); // ends a room's wait

  /**
   * @param {Channel} socket
   * @param {User} me
   */
  constructor(socket, me) {
    super();
    this.#socket = socket;
    this.#key = `outbox:${me.id}`; // another user may sign in in this tab
    this.#entries = JSON.parse(own.get(this.#key) ?? "[]");
  }

  /**
   * Returns the pending messages of a room, or of a thread in it.
   * @param {number} room
   * @param {number | null} thread
   */
  of(room, thread = null) {
    return this.#entries.filter((entry) => entry.room === room && (entry.thread ?? null) === thread);
  }

  /**
   * Queues a message. `quote` is the whole message, so that it can be shown before the server has the new one.
   * @param {{ room: number, thread?: number | null, quote?: Message | null, kind: Entry["kind"], body: string }} draft
   */
  post({ room, thread, quote, kind, body }) {
    const created_at = present().toISOString(); // until the server sets the time
    const about = { thread: thread ?? undefined, quote: quote ? quoteOf(quote) : undefined };
    const entry = { room, kind, body, ...about, client_id: newId(), created_at, tries: 0, failed: null };
    this.#keep([...this.#entries, entry]);
    this.#send(room);
  }

  sendAll() {
    for (const room of new Set(this.#entries.map((entry) => entry.room))) this.#send(room);
  }

  /** @param {string} clientId */
  again(clientId) {
    const entry = this.#change(clientId, { failed: null, tries: 0 });
    if (entry) this.#send(entry.room);
  }

  /**
   * Ends waits in a room that has changed: its pending messages may be accepted now.
   * @param {number} room
   */
  hurry(room) {
    this.#waiting.get(room)?.();
  }

  /** @param {string} clientId */
  discard(clientId) {
    this.#keep(this.#entries.filter((entry) => entry.client_id !== clientId));
  }

  /**
   * Sends the room's messages one after the other, so that they stay in order during waits.
   * @param {number} room
   */
  async #send(room) {
    if (this.#sending.has(room)) return;
    this.#sending.add(room);
    for (let entry = this.#next(room); entry; entry = this.#next(room)) {
      const error = await this.#try(entry);
      if (error?.code === "unsent") break; // the next connection continues
      if (error) await this.#refused(entry.client_id, error);
    }
    this.#sending.delete(room);
  }

  /** @param {number} room */
  #next(room) {
    return this.#entries.find((entry) => entry.room === room && !entry.failed);
  }

  /**
   * @param {Entry} entry
   * @returns {Promise<Refused | null>}
   */
  async #try({ client_id, room, kind, body, thread, quote }) {
    try {
      const members = { room, client_id, kind, body, thread, quote: quote?.id };
      const ack = await this.#socket.command("message.post", members);
      this.dispatchEvent(new CustomEvent("stored", { detail: { room, message: ack.message } }));
      this.discard(client_id);
      return null;
    } catch (error) {
      return /** @type {Refused} */ (error);
    }
  }

  /**
   * Handles a refusal. Resolves when it is time to go on.
   * @param {string} clientId
   * @param {Refused} error
   */
  async #refused(clientId, error) {
    const entry = this.#entries.find((one) => one.client_id === clientId);
    if (!entry) return;
    if (error.wait) return this.#wait(entry.room, error.wait); // a rate limit is not a failure
    const again = error.retry && entry.tries < TRIES;
    this.#change(clientId, { tries: entry.tries + 1, failed: again ? null : error.message });
    if (again) await after(RETRY);
  }

  /**
   * @param {number} room
   * @param {number} ms
   */
  async #wait(room, ms) {
    await Promise.race([
      after(ms),
      /** @type {Promise<void>} */ (new Promise((resolve) => this.#waiting.set(room, resolve))),
    ]);
    this.#waiting.delete(room);
  }

  /**
   * @param {string} clientId
   * @param {Partial<Entry>} values
   */
  #change(clientId, values) {
    this.#keep(this.#entries.map((entry) => (entry.client_id === clientId ? { ...entry, ...values } : entry)));
    return this.#entries.find((entry) => entry.client_id === clientId);
  }

  /** @param {Entry[]} entries */
  #keep(entries) {
    this.#entries = entries;
    own.set(this.#key, JSON.stringify(entries));
    this.changed();
  }
}

const QUOTED = 300; // characters; the server shortens quotes to the same length

/** @param {Message} message */
function quoteOf(message) {
  const { id, author } = message;
  return { id, author, body: [...previewOf(message)].slice(0, QUOTED).join("") };
}

/** @param {number} ms */
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// crypto.randomUUID exists only on secure origins, and a site in a home network may have none.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
