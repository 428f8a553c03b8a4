import { Model } from "./model.js";

// What is read and written in one place: the room that the tab shows, or a thread beside it (thread.js).
export class Conversation extends Model {
  thread = null; // the id of the message that is replied to
  quoting = null; // the message that the next one quotes
  editing = null; // the id of the message that is being edited
  held = false; // marked as unread by hand: it stays so until the person reads on
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
    this.consider();
  }

  get isBeingRead() {
    return this.following && !this.held && !this.chat.covered && !document.hidden;
  }

  // What is in sight of a visible tab is read.
  consider() {
    const { chat, room, timeline } = this;
    const { last_read, marks = 0 } = chat.rooms.get(room) ?? {};
    if (last_read === undefined || !timeline.complete || !this.isBeingRead) return;
    chat.rooms.seen(room);
    if (timeline.last > last_read) chat.reading.note("room.read", { room, position: timeline.last, marks });
  }

  // The person marked it as unread from here on, in whatever tab.
  hold(position) {
    this.held = true;
    this.chat.reading.drop("room.read");
    this.timeline.mark(position);
  }

  // The person reads on: they scroll, or write.
  release() {
    if (!this.held) return;
    this.held = false;
    this.consider();
  }

  post(kind, body) {
    this.chat.outbox.post({ room: this.room, thread: this.thread, quote: this.quoting, kind, body });
    this.quote(null);
    this.release();
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
