import { learnTime } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { Backoff } from "./backoff.js";
import { Command, CommandError } from "./command.js";

const LOST = 1006; // the browser's code for a lost connection
const SIGNED_OUT = 4001;
const DISCONNECTED = 4003;
const TOO_SLOW = 4008;
const FLOODED = 4029;
const TOO_MANY = 4030;
const HOPELESS = new Set([1002, 1003, 1007, 1009]); // a retry would fail again
const CHECK = 4000; // ms
const QUIET = 12_000; // ms without a frame from the server, after which the page sends a ping
const WORD_WITHIN = 7000; // ms: even a slow line carries a frame in that time
const WORD_NOW = 5000; // ms, after an event that often breaks connections
const LATE = 2000; // ms: a timer that is later than this was suspended
const ANSWER_WITHIN = 20_000; // ms: longer than the server waits for its database; after that no answer will come

/**
 * @typedef {"connecting" | "open" | "closed" | "signed-out" | "ended" | "refused"} SocketState
 * @typedef {{ type: "ack" } & Ack} AckFrame
 * @typedef {{ type: "error", id: number } & Refusal} ErrorFrame
 * @typedef {{ type: "hello" } & Hello} HelloFrame
 * @typedef {AckFrame | ErrorFrame | HelloFrame} Frame
 */

// The tab's one socket: reconnects by itself, sends commands and dispatches the server's events by their type. If
// another user has signed in meanwhile, it reloads the page.
// `state` is connecting, open, closed (and reconnecting), signed-out, ended or refused (and not reconnecting).
export class Socket extends EventTarget {
  #url;
  #me;
  /** @type {WebSocket | null} */
  #socket = null;
  #backoff = new Backoff();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Map<number, Command>} */
  #commands = new Map();
  #lastId = 0;
  #greeted = false;
  #dialledAt = 0;
  #heardAt = 0;
  #checkedAt = Date.now(); // wall clock, which goes on while the machine sleeps
  /** @type {ReturnType<typeof setTimeout> | null} */
  #probing = null;
  /** @type {number | null} */
  #code = null; // the last close code

  /**
   * @param {string} url
   * @param {User} me
   */
  constructor(url, me) {
    super();
    /** @type {SocketState} */
    this.state = "connecting";
    this.#url = url;
    this.#me = me;
    this.#become("connecting");
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#lose(LOST));
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
    setInterval(() => this.#check(), CHECK);
  }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#greeted = false;
    this.#dialledAt = performance.now();
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heardAt = performance.now();
      this.#read(socket, JSON.parse(data));
    };
    socket.onclose = ({ code }) => socket === this.#socket && this.#lose(code);
  }

  // After an administrator ended it: only at the user's request. After its session ended: with a new session.
  resume() {
    this.#become("connecting");
    this.connect();
  }

  // Reconnects now, without waiting.
  retry() {
    if (this.#timer) this.connect();
  }

  /**
   * Resolves with the ack; rejects with a CommandError.
   * @param {string} type
   * @param {Record<string, unknown>} members
   */
  command(type, members = {}) {
    if (this.state !== "open" || !this.#socket) return Promise.reject(CommandError.unsent());
    const command = new Command(++this.#lastId, type, members);
    this.#commands.set(command.id, command);
    this.#socket.send(command.frame);
    return command.answered;
  }

  /**
   * @param {WebSocket} socket
   * @param {Frame[]} events
   */
  async #read(socket, events) {
    for (const event of events) {
      if (socket !== this.#socket) return;
      if (event.type === "hello" && event.user.id !== this.#me.id) return this.#leaveToAnother();
      this.#handle(event);
      await null; // yield between events: code that awaits an ack acts on it before the next event
    }
  }

  /** @param {Frame} event */
  #handle(event) {
    if (event.type === "ack") this.#take(event.id)?.resolve?.(event);
    else if (event.type === "error") this.#take(event.id)?.reject?.(new CommandError(event));
    else {
      if (event.type === "hello") this.#open(event);
      this.dispatchEvent(new CustomEvent(event.type, { detail: event }));
    }
  }

  #leaveToAnother() {
    this.#socket?.close();
    this.#socket = null;
    location.reload();
  }

  /** @param {number} id */
  #take(id) {
    const command = this.#commands.get(id);
    this.#commands.delete(id);
    return command;
  }

  /** @param {Hello} hello */
  #open({ now }) {
    learnTime(now, true);
    this.#greeted = true;
    this.#backoff.opened();
    this.#become("open");
  }

  /** @param {number} code */
  #lose(code) {
    if (this.#socket === null) return;
    const greeted = this.#greeted;
    this.#socket.close();
    this.#socket = null;
    this.#greeted = false;
    this.#code = code;
    const delay = this.#delay(code);
    if (code === SIGNED_OUT) this.#become("signed-out");
    else if (code === DISCONNECTED) this.#become("ended");
    else if (HOPELESS.has(code)) this.#become("refused");
    else this.#comeBack(delay, greeted || code === TOO_MANY);
    this.#rejectAll();
  }

  /** @param {number} code */
  #delay(code) {
    const atOnce = code === TOO_SLOW && this.#backoff.stable;
    this.#backoff.lost();
    if (code === FLOODED || code === TOO_MANY) return this.#backoff.patience;
    return atOnce ? 0 : this.#backoff.delay;
  }

  /**
   * @param {number} delay
   * @param {boolean} greeted
   */
  #comeBack(delay, greeted) {
    this.#timer = setTimeout(() => this.connect(), delay);
    this.#become("closed");
    // A refused handshake looks like a lost connection: listeners may ask the server why.
    if (!greeted) this.dispatchEvent(new Event("unanswered"));
  }

  #rejectAll() {
    const commands = [...this.#commands.values()];
    this.#commands.clear();
    for (const command of commands) command.reject?.(CommandError.unsent());
  }

  // The machine woke, the network changed, or the page is visible again: the connection may have been lost silently.
  #wake() {
    this.retry();
    this.#probe(WORD_NOW, () => this.retry());
  }

  /**
   * Sends a ping. Any frame counts as an answer.
   * @param {number} within
   */
  #probe(within, lost = () => {}) {
    if (!this.#greeted || this.#probing) return;
    const [socket, askedAt] = [this.#socket, performance.now()];
    this.command("ping")
      .then(({ now }) => learnTime(String(now)))
      .catch(() => {});
    this.#probing = setTimeout(() => {
      this.#probing = null;
      if (socket !== this.#socket || this.#heardAt > askedAt) return;
      if (performance.now() - askedAt > within + LATE) return this.#probe(within, lost);
      this.#lose(LOST);
      lost();
    }, within);
  }

  // A peer that vanished closes nothing: only a missing answer reveals it.
  #check() {
    const slept = Date.now() - this.#checkedAt > CHECK + LATE;
    this.#checkedAt = Date.now();
    if (slept) this.#wake();
    else if (performance.now() - this.#heardAt > QUIET) this.#probe(WORD_WITHIN);
    const [oldest] = this.#commands.values();
    const asked = this.#greeted ? oldest?.sentAt : this.#dialledAt;
    if (asked && performance.now() - asked > ANSWER_WITHIN) this.#lose(LOST);
  }

  /** @param {SocketState} state */
  #become(state) {
    this.state = state;
    document.documentElement.dataset.connection = state;
    this.dispatchEvent(new Event("change"));
  }

  get words() {
    if (this.state === "refused") return gettext("Something went wrong. Reload the page.");
    if (this.state === "ended") return gettext("An administrator disconnected you.");
    if (this.state === "signed-out") return gettext("You’ve been signed out.");
    if (!navigator.onLine) return gettext("You’re offline. Messages will be sent when you’re back online.");
    if (this.#code === TOO_MANY) return gettext("Too many tabs are open. Close some to continue.");
    if (this.#code === FLOODED) return gettext("You’re sending too fast. Retrying in a moment.");
    return this.state === "connecting" ? gettext("Connecting…") : gettext("Reconnecting…");
  }
}

export function socketUrl() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`;
}
