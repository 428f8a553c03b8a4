const LOOK = 1000; // ms that a message is on the screen until it counts as read (docs/protocol.md, “What counts as read”)
const RETRY = 5000; // ms

/**
 * The conversation as it is read.
 * @typedef {{
 *   timeline: import("./timeline.js").Timeline, lastRead: number | null | undefined, version: number, following: boolean,
 *   isWaiting: boolean, isCovered: boolean, lowest(): number, seen(): void, report(position: number): Promise<unknown>,
 * }} Followed
 */

// How far one has read in a conversation, and how the server learns of it: at most one report a second.
export class ReadReporter {
  held = false; // marked as unread by hand: it stays so until the person reads on
  arriving = true; // nothing was read since it was opened, out of sight or without connection
  #conversation;
  #reported = 0;
  /** @type {Promise<unknown> | null} */
  #telling = null; // the latest report
  #caughtUp = false;
  #isReader = false; // they went where they are by themselves
  #seen = 0; // what stood lowest when the look began
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Followed} conversation */
  constructor(conversation) {
    this.#conversation = conversation;
  }

  // The last position that was read. Of a thread in which one takes no part, nothing is unread.
  get upTo() {
    return Math.max(this.#conversation.lastRead ?? Infinity, this.#reported);
  }

  // Whether what comes is read as it comes: all is read, and the end is in sight.
  get isCaughtUp() {
    return this.#caughtUp;
  }

  // Whether one has come to the "New" line, and no further yet.
  get isAtLine() {
    const { newAfter } = this.#conversation.timeline;
    return newAfter !== null && this.upTo <= newAfter;
  }

  // Whether the page has all that came since.
  get isWhole() {
    const { more, messages } = this.#conversation.timeline;
    return !more || messages[0]?.position <= this.upTo;
  }

  get #isActive() {
    return !this.held && !document.hidden && document.hasFocus() && !this.#conversation.isCovered;
  }

  // Something changed: what is shown, how far it was read, whether anybody looks.
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

  // The person reads on: they scroll, or go to the end.
  goOn() {
    this.#isReader = true;
    this.held = false;
    this.consider();
  }

  // They marked it as unread, in whatever tab.
  hold() {
    this.held = true;
    this.#reported = 0;
    this.#caughtUp = false;
    this.#stop();
  }

  // They read on in another tab.
  release() {
    this.held = false;
    this.consider();
  }

  // They say that all is read, or answer it.
  finish() {
    this.held = false;
    this.arriving = false;
    if (this.upTo < this.#conversation.version) this.#tell(this.#conversation.version);
    this.#conversation.seen();
    this.consider();
  }

  // The connection is lost: what comes next was missed.
  lostConnection() {
    this.#reported = 0;
    this.arriving = true;
  }

  leave() {
    if (this.#caughtUp) this.#rest();
    this.#stop();
  }

  /**
   * Everything before a position is read. Resolves when the server knows.
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

  // The latest messages were read as they came.
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

  // The position that stands lowest on the screen. Across a gap, only who went to the end has read it.
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
