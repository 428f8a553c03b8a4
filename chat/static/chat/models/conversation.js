import { Observable } from "../lib/observable.js";
import { ReadReporter } from "./read-reporter.js";

// What is read and written in one place: the room that the tab shows, or a thread beside it (models/thread.js).
export class Conversation extends Observable {
  thread = null; // the id of the message that is replied to
  quoting = null; // the message that the next one quotes
  editing = null; // the id of the message that is being edited
  lowest = () => 0; // the log's: the position of the message that stands lowest on the screen
  reading = new ReadReporter(this);
  opened = new Set(); // the ids of long messages that are not folded
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

  // Whether the end of the conversation is in sight.
  get following() {
    return this.#following;
  }

  set following(following) {
    this.#following = following;
    this.reading.consider();
  }

  // How far the server knows that the person has read; undefined where they are no member any more.
  get lastRead() {
    return this.chat.rooms.get(this.room)?.last_read;
  }

  // The latest version that the page knows: whoever reads everything reads up to it.
  get version() {
    return this.chat.rooms.get(this.room)?.version ?? 0;
  }

  // Whether the server counts something as unread, though it may not be here yet.
  get isWaiting() {
    return this.unread > 0;
  }

  get unread() {
    return this.chat.rooms.get(this.room)?.unread ?? 0;
  }

  get isCovered() {
    return this.chat.covered;
  }

  // The first message that counts as unread, of those that are here.
  get firstUnread() {
    const { upTo } = this.reading;
    return this.timeline.messages.find((message) => message.position > upTo && this.chat.counts(message));
  }

  seen() {
    this.chat.rooms.seen(this.room);
  }

  // Tells the server how far the person has read.
  report(position) {
    const { room } = this;
    const { marks = 0 } = this.chat.rooms.get(room) ?? {};
    return this.chat.socket.command("room.read", { room, position, marks });
  }

  // The person marked it as unread from here on, in whatever tab.
  hold(position) {
    this.reading.hold();
    this.timeline.mark(position);
  }

  // They say that all is read.
  markRead() {
    this.reading.finish();
    this.timeline.mark(null);
  }

  // The first unread message is new from here on, where all before it was read.
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

  // Scrolls by so many pages.
  turn(pages) {
    this.dispatchEvent(new CustomEvent("turn", { detail: pages }));
  }

  fold({ id }, isOpen) {
    if (isOpen) this.opened.add(id);
    else this.opened.delete(id);
    this.changed();
  }

  // One's own latest message here, which the arrow key in an empty composer edits.
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

  // On towards the latest, where the end of the history was dropped.
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

  // Back to the end of a history whose end was dropped.
  latest() {
    this.chat.enter(null);
  }

  // Brings a message into sight, with what was said around it where it is not here.
  async jump({ id, position }) {
    if (!this.timeline.find(id)) await this.#visit(position);
    this.dispatchEvent(new CustomEvent("jump", { detail: id }));
  }

  // Brings the "New" line into sight as the room opens, where the latest page begins below it.
  async arrive() {
    const { reading, timeline } = this;
    if (!timeline.known || timeline.loading || reading.isWhole || !this.unread) return;
    await this.#visitUnread();
    this.dispatchEvent(new Event("arrive"));
  }

  // Leads to the first unread message.
  async toUnread() {
    if (!this.reading.isWhole) await this.#visitUnread();
    if (this.firstUnread) this.dispatchEvent(new CustomEvent("jump", { detail: this.firstUnread.id }));
  }

  async #visitUnread() {
    await this.#visit(this.reading.upTo).catch(() => {}); // the log says so
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
