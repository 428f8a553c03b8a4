import { Observable } from "../lib/observable.js";
import { ReadReporter } from "./read-reporter.js";

// Messages and composer of one place: the open room, or a thread beside it (models/thread.js).
export class Conversation extends Observable {
  thread = null; // the id of the thread's root
  quoting = null; // the message that the next one quotes
  editing = null; // the id of the message in the editor
  lowest = () => 0; // set by the log: the position of the lowest visible message
  reading = new ReadReporter(this);
  opened = new Set(); // the ids of long messages that are unfolded
  #following = true;

  constructor(chat, timeline) {
    super();
    this.chat = chat;
    this.timeline = timeline;
  }

  get room() {
    return this.timeline.room;
  }

  get pending() {
    return this.chat.outbox.of(this.room, this.thread);
  }

  // True if the end of the conversation is visible.
  get following() {
    return this.#following;
  }

  set following(following) {
    this.#following = following;
    this.reading.consider();
  }

  // The read position that the server has; undefined if the user is no longer a member.
  get lastRead() {
    return this.chat.rooms.get(this.room)?.last_read;
  }

  // The latest version that the page knows: reading everything means reading up to it.
  get version() {
    return this.chat.rooms.get(this.room)?.version ?? 0;
  }

  // True if the server counts unread messages, even if they are not loaded.
  get isWaiting() {
    return this.unread > 0;
  }

  get unread() {
    return this.chat.rooms.get(this.room)?.unread ?? 0;
  }

  get isCovered() {
    return this.chat.covered;
  }

  // The first loaded message that counts as unread.
  get firstUnread() {
    const { upTo } = this.reading;
    return this.timeline.messages.find((message) => message.position > upTo && this.chat.counts(message));
  }

  seen() {
    this.chat.rooms.seen(this.room);
  }

  // Sends the read position to the server.
  report(position) {
    const { room } = this;
    const { marks = 0 } = this.chat.rooms.get(room) ?? {};
    return this.chat.socket.command("room.read", { room, position, marks });
  }

  // The user marked messages as unread from here on, in any tab.
  hold(position) {
    this.reading.hold();
    this.timeline.mark(position);
  }

  // The user marks everything as read.
  markRead() {
    this.reading.finish();
    this.timeline.mark(null);
  }

  // Marks the first unread message as new, if all before it was read.
  markArrival() {
    const { reading, timeline } = this;
    const { upTo } = reading;
    if (timeline.complete && !reading.isCaughtUp && upTo >= timeline.last && upTo < Infinity) timeline.mark(upTo);
  }

  post(kind, body) {
    this.chat.outbox.post({ room: this.room, thread: this.thread, quote: this.quoting, kind, body });
    this.quote(null);
    this.reading.finish();
    this.dispatchEvent(new Event("posted"));
  }

  quote(message) {
    this.quoting = message;
    this.changed();
  }

  edit(id) {
    this.editing = id;
    this.changed();
  }

  // Scrolls by a number of pages.
  turn(pages) {
    this.dispatchEvent(new CustomEvent("turn", { detail: pages }));
  }

  fold({ id }, isOpen) {
    if (isOpen) this.opened.add(id);
    else this.opened.delete(id);
    this.changed();
  }

  // Edits the user's latest message, for the arrow key in an empty composer.
  editLatest() {
    const { acts } = this.chat;
    const mine = this.timeline.messages.findLast((message) => acts.may("edit", message));
    if (mine) this.edit(mine.id);
  }

  async loadOlder() {
    const { timeline } = this;
    if (!timeline.known || !timeline.more || timeline.loading) return;
    const before = timeline.messages[0].position;
    timeline.waits("older");
    try {
      timeline.prepend(await this.page({ before }), before);
    } catch {
      timeline.fails();
    }
  }

  // Loads later messages, if the end of the history was dropped.
  async loadLater() {
    const { timeline } = this;
    if (!timeline.known || timeline.complete || timeline.loading) return;
    const after = timeline.last;
    timeline.waits("later");
    try {
      timeline.append(await this.page({ after }), after);
    } catch {
      timeline.fails();
    }
  }

  // Returns to the end of a history whose end was dropped.
  latest() {
    this.chat.enter(null);
  }

  // Scrolls to a message, and loads the messages around it if necessary.
  async jump({ id, position }) {
    if (!this.timeline.find(id)) await this.#visit(position);
    this.dispatchEvent(new CustomEvent("jump", { detail: id }));
  }

  // Scrolls to the "New" line as the room opens, if the latest page begins below it.
  async arrive() {
    const { reading, timeline } = this;
    if (!timeline.known || timeline.loading || reading.isWhole || !this.unread) return;
    await this.#visitUnread();
    this.dispatchEvent(new Event("arrive"));
  }

  // Scrolls to the first unread message.
  async toUnread() {
    if (!this.reading.isWhole) await this.#visitUnread();
    if (this.firstUnread) this.dispatchEvent(new CustomEvent("jump", { detail: this.firstUnread.id }));
  }

  async #visitUnread() {
    await this.#visit(this.reading.upTo).catch(() => {}); // the log shows the error
  }

  page(query) {
    return this.chat.fetch("history/", query);
  }

  async #visit(position) {
    this.timeline.waits("page");
    try {
      this.timeline.visit(await this.page({ around: position }));
    } catch (error) {
      this.timeline.fails();
      throw error;
    }
  }
}
