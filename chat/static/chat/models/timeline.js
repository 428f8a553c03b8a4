import { Observable } from "../lib/observable.js";
import { withDeleted, withoutRemoved, withQuote, withReaction } from "../rules/message-updates.js";
import { withUser } from "../rules/user-updates.js";

const MESSAGES_KEPT = 600; // as many as a page lays out without a pause
const WHILE_READING = 1200; // who reads further up keeps the way down to what comes in, for a good while

/** @typedef {"older" | "later" | "page"} Loading */

// The part of one conversation's history that the page has: in order of position, without a hole, up to the latest
// unless its end was dropped for what is older.
export class Timeline extends Observable {
  /** @type {Message[]} */
  messages = [];
  /** @type {number | null} */
  version = null; // everything up to it is here; null: nothing is known
  more = false; // there are older ones
  complete = true; // it reaches to the latest
  live = false; // its events arrive
  /** @type {Loading | null} */
  loading = null; // a page is on its way: "older", "later", or another in place of this one
  /** @type {Loading | null} */
  failed = null; // which one did not come
  /** @type {number | null} */
  newAfter = null; // what others posted after this position is new to the reader
  /** @type {(() => void)[]} */
  #meanwhile = []; // what happened while a page was on its way, which may have been read before that

  /** @param {number} room */
  constructor(room) {
    super();
    this.room = room;
  }

  get known() {
    return this.version !== null;
  }

  get last() {
    return this.messages.at(-1)?.position ?? 0;
  }

  /** @param {number} id */
  find(id) {
    return this.messages.find((message) => message.id === id);
  }

  /**
   * @param {Page} page
   * @param {number} version
   */
  reset(page, version) {
    this.version = version;
    this.#replace(page, !page.later);
  }

  /**
   * A page from somewhere in the history, in the place of what was here.
   * @param {Page} page
   */
  visit(page) {
    this.#replace(page, !page.later);
  }

  /**
   * Every numbered event of the room passes here, so that a reconnect asks for what came after the last of them.
   * @param {number} version
   */
  reach(version) {
    if (this.version !== null) this.version = Math.max(this.version, version);
  }

  /**
   * A message that was posted or changed. `following`: the reader is at the end, so what is dropped for a new message
   * is the oldest, not what they look at.
   * @param {Message} message
   * @param {boolean} following
   */
  upsert(message, following) {
    if (this.loading) this.#meanwhile.push(() => this.#put(message));
    if (!this.known || !this.#put(message)) return;
    if (following) this.#dropOldest();
    else this.#dropLatest(WHILE_READING);
    this.changed();
  }

  /**
   * A user reacted to a message, or took that back.
   * @param {ReactedEvent} event
   */
  reacted(event) {
    this.#turnAll((messages) => withReaction(messages, event));
  }

  /**
   * A message that others quote was edited or deleted.
   * @param {RequotedEvent} event
   */
  requoted(event) {
    this.#turnAll((messages) => withQuote(messages, event));
  }

  /**
   * Several messages were deleted.
   * @param {DeletedEvent} event
   */
  deleted(event) {
    this.#turnAll((messages) => withDeleted(messages, event));
  }

  /**
   * Several messages are gone for good. With all that was here, everything older is gone as well.
   * @param {RemovedEvent} event
   */
  removed(event) {
    this.#turnAll((messages) => withoutRemoved(messages, event));
    if (this.messages.length === 0) this.more = false;
  }

  /** @param {User} user */
  renamed(user) {
    this.#turnAll((messages) => withUser(messages, user));
  }

  /** @param {Loading} what */
  waits(what) {
    this.loading = what;
    this.failed = null;
    this.changed();
  }

  fails() {
    this.failed = this.loading;
    this.loading = null;
    this.#meanwhile = [];
    this.changed();
  }

  /**
   * What came before `before`: of no use where the history was reset meanwhile.
   * @param {Page} page
   * @param {number} before
   */
  prepend(page, before) {
    if (this.messages[0]?.position === before) {
      this.messages = [...page.messages, ...this.messages];
      this.more = page.more;
      this.#catchUp();
      this.#dropLatest(MESSAGES_KEPT);
    }
    this.#arrived();
  }

  /**
   * Adds the messages after `after`. The way back is kept as far as a page lays out without a pause.
   * @param {Page} page
   * @param {number} after
   */
  append(page, after) {
    if (this.last === after && !this.complete) {
      this.messages = [...this.messages, ...page.messages];
      this.complete = !page.later;
      this.#catchUp();
      this.#dropOldest();
    }
    this.#arrived();
  }

  /** @param {number | null} position */
  mark(position) {
    this.newAfter = position;
    this.changed();
  }

  /**
   * @param {Page} page
   * @param {boolean} complete
   */
  #replace(page, complete) {
    this.messages = page.messages;
    this.more = page.more;
    this.complete = complete;
    this.#catchUp();
    this.#arrived();
  }

  #arrived() {
    this.loading = null;
    this.failed = null;
    this.#meanwhile = [];
    this.changed();
  }

  #catchUp() {
    for (const happen of this.#meanwhile) happen();
  }

  /** @param {(messages: Message[]) => Message[]} turn */
  #turnAll(turn) {
    const happen = () => {
      this.messages = turn(this.messages);
    };
    if (this.loading) this.#meanwhile.push(happen);
    const before = this.messages;
    happen();
    if (this.messages !== before) this.changed();
  }

  /**
   * Whether it belongs here, and is no older than what is.
   * @param {Message} message
   */
  #put(message) {
    if (!this.complete && message.position > this.last) return false;
    if (this.more && message.position < this.messages[0]?.position) return false;
    const at = this.#place(message.position);
    const known = this.messages[at]?.position === message.position ? this.messages[at] : null;
    if (known && known.version > message.version) return false;
    this.messages = this.messages.toSpliced(at, known ? 1 : 0, message);
    return true;
  }

  /**
   * Almost every message is the latest, so the search starts there.
   * @param {number} position
   */
  #place(position) {
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].position >= position) at -= 1;
    return at;
  }

  #dropOldest() {
    if (this.messages.length <= MESSAGES_KEPT) return;
    this.messages = this.messages.slice(-MESSAGES_KEPT);
    this.more = true;
  }

  /** @param {number} limit */
  #dropLatest(limit) {
    if (this.messages.length <= limit) return;
    this.messages = this.messages.slice(0, limit);
    this.complete = false;
  }
}
