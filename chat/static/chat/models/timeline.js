import { Observable } from "../lib/observable.js";
import { withDeleted, withoutRemoved, withQuote, withReaction } from "../rules/message-updates.js";
import { withUser } from "../rules/user-updates.js";

const MESSAGES_KEPT = 600; // as many as a page lays out without a noticeable pause
const WHILE_READING = 1200; // a reader of older messages keeps the way back to new ones for a while

/** @typedef {"older" | "later" | "page"} Loading */

// The loaded part of a conversation's history: in order of position, without gaps, up to the latest message unless the
// end was dropped for older ones.
export class Timeline extends Observable {
  /** @type {Message[]} */
  messages = [];
  /** @type {number | null} */
  version = null; // everything up to it is loaded; null: nothing is known
  more = false; // true if there are older messages
  complete = true; // true if it has the latest message
  live = false; // true while its events arrive
  /** @type {Loading | null} */
  loading = null; // the page that is loading: "older", "later", or another one instead of this part
  /** @type {Loading | null} */
  failed = null; // the page that failed to load
  /** @type {number | null} */
  newAfter = null; // messages of others after this position are new to the user
  /** @type {(() => void)[]} */
  #meanwhile = []; // events that arrived while a page was loading, which may have been read before them

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
   * Replaces the content by a page from anywhere in the history.
   * @param {Page} page
   */
  visit(page) {
    this.#replace(page, !page.later);
  }

  /**
   * Notes the version of an event. Every numbered event of the room passes here, so that a reconnect asks for the
   * events after the last one.
   * @param {number} version
   */
  reach(version) {
    if (this.version !== null) this.version = Math.max(this.version, version);
  }

  /**
   * Adds or updates a message. `following`: the reader is at the end, so the oldest messages are dropped for a new one,
   * and not those in view.
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
   * A user added or removed a reaction.
   * @param {ReactedEvent} event
   */
  reacted(event) {
    this.#turnAll((messages) => withReaction(messages, event));
  }

  /**
   * A quoted message was edited or deleted.
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
   * Several messages were removed from the database. If all loaded ones are gone, so are all older ones.
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
   * Adds the messages before `before`, unless the history was reset meanwhile.
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
   * Adds the messages after `after`. Earlier messages are kept as far as a page lays out without a noticeable pause.
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
   * Adds a message if it belongs here and is not older than the loaded one. Returns true if so.
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
