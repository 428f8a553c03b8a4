const LOOK = 1000; // ms that a message must be visible to count as read (docs/protocol.md, “What counts as read”)
const RETRY = 5000; // ms

/**
 * A conversation as its reader sees it.
 * @typedef {{
 *   timeline: import("./timeline.js").Timeline, lastRead: number | null | undefined, version: number, following: boolean,
 *   isWaiting: boolean, isCovered: boolean, lowest(): number, seen(): void, report(position: number): Promise<unknown>,
 * }} Followed
 */

// The user's read position in a conversation, and its reports to the server: at most one a second.
export class ReadReporter {
  held = false; // marked as unread by hand, until the user reads on
  arriving = true; // nothing was read since it was opened, hidden or disconnected
  #conversation;
  #reported = 0;
  /** @type {Promise<unknown> | null} */
  #telling = null; // the latest report
  #caughtUp = false;
  #isReader = false; // true if the user scrolled there themselves
  #seen = 0; // the lowest visible position when the timer started
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Followed} conversation */
  constructor(conversation) {
    this.#conversation = conversation;
  }

  // The last position that was read. In a thread without the user's participation, nothing is unread.
  get upTo() {
    return Math.max(this.#conversation.lastRead ?? Infinity, this.#reported);
  }

  // True if new messages are read as they arrive: all are read, and the end is visible.
  get isCaughtUp() {
    return this.#caughtUp;
  }

  // True if the user has reached the "New" line and read nothing below it.
  get isAtLine() {
    const { newAfter } = this.#conversation.timeline;
    return newAfter !== null && this.upTo <= newAfter;
  }

  // True if the page has all messages since the read position.
  get isWhole() {
    const { more, messages } = this.#conversation.timeline;
    return !more || messages[0]?.position <= this.upTo;
  }

  get #isActive() {
    return !this.held && !document.hidden && document.hasFocus() && !this.#conversation.isCovered;
  }

  // Reacts to a change of content, read position or visibility.
  consider() {
    const { timeline, following, isWaiting } = this.#conversation;
    const isActive = this.#isActive;
    const isRead = timeline.known && timeline.complete && this.upTo >= timeline.last;
    if (document.hidden) this.arriving = true;
    if (this.#caughtUp && !(isActive && following)) this.#rest();
    else if (isActive && following && isRead && !isWaiting) this.#catchUp();
    if (!isActive || !timeline.known || this.upTo >= timeline.last) this.#stop();
    else this.#timer ??= this.#look();
  }

  // The user reads on: they scroll, or go to the end.
  goOn() {
    this.#isReader = true;
    this.held = false;
    this.consider();
  }

  // The user marked messages as unread, in any tab.
  hold() {
    this.held = true;
    this.#reported = 0;
    this.#caughtUp = false;
    this.#stop();
  }

  // The user read on in another tab.
  release() {
    this.held = false;
    this.consider();
  }

  // The user marks everything as read, or replies.
  finish() {
    this.held = false;
    this.arriving = false;
    if (this.upTo < this.#conversation.version) this.#tell(this.#conversation.version);
    this.#conversation.seen();
    this.consider();
  }

  // The connection is lost: the next messages will have been missed.
  lostConnection() {
    this.#reported = 0;
    this.arriving = true;
  }

  leave() {
    if (this.#caughtUp) this.#rest();
    this.#stop();
  }

  /**
   * Reports everything before a position as read. Resolves when the server knows.
   * @param {number} position
   */
  async readBefore(position) {
    if (this.upTo < position - 1) this.#tell(position - 1);
    await this.#telling;
  }

  #catchUp() {
    this.#caughtUp = true;
    this.arriving = false;
    this.#conversation.seen();
  }

  // Reports the latest messages, which were read as they arrived.
  #rest() {
    const { last } = this.#conversation.timeline;
    this.#caughtUp = false;
    if (last > this.upTo) this.#tell(last);
  }

  #look() {
    this.#seen = this.#lowest;
    return setTimeout(() => this.#looked(), LOOK);
  }

  #looked() {
    const { timeline, following } = this.#conversation;
    const read = Math.min(this.#seen, this.#lowest);
    this.#timer = undefined;
    if (!timeline.loading) this.arriving = false;
    if (read > this.upTo) this.#tell(read);
    if (read >= timeline.last && following) this.#catchUp();
    this.consider();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // The lowest visible position. If there is a gap, it counts only for a user who scrolled to the end.
  get #lowest() {
    const { following, lowest, timeline } = this.#conversation;
    if (!this.isWhole && !(following && this.#isReader)) return 0;
    return following ? timeline.last : lowest();
  }

  /** @param {number} position */
  #tell(position) {
    this.#reported = position;
    this.#telling = this.#conversation.report(position).catch((error) => this.#refused(error));
  }

  /** @param {Refused} error */
  #refused({ retry, wait }) {
    const again = () => {
      this.#reported = 0;
      this.consider();
    };
    if (retry) setTimeout(again, wait ?? RETRY);
  }
}
