import { tells } from "../rules/mentions.js";
import { withDeleted, withoutRemoved, withQuote, withReaction } from "../rules/message-updates.js";
import { withUser } from "../rules/user-updates.js";
import { Conversation } from "./conversation.js";
import { Timeline } from "./timeline.js";

// A message and its replies, open beside the room.
export class Thread extends Conversation {
  root = null; // the message
  #lastRead = null;
  #asked = 0;

  constructor(chat, room, id) {
    super(chat, new Timeline(room));
    this.thread = id;
    this.root = chat.timeline.find(id) ?? null;
  }

  // While the page is loading, the timeline collects events, so that none is lost in between.
  async load() {
    const asked = ++this.#asked;
    this.timeline.waits("page");
    try {
      const page = await this.page();
      if (asked === this.#asked) this.#loaded(page);
    } catch {
      if (asked === this.#asked) this.timeline.fails();
    }
  }

  upsert(message) {
    if (message.id === this.thread) this.#turned(message);
    if (message.thread !== this.thread) return;
    if (this.#tellsMe(message)) this.#lastRead ??= 0;
    if (!this.timeline.find(message.id) && this.chat.counts(message)) this.markArrival();
    this.timeline.upsert(message, this.following);
    this.reading.consider();
  }

  reacted(event) {
    this.timeline.reacted(event);
    if (this.root) this.#turned(withReaction([this.root], event)[0]);
  }

  requoted(event) {
    this.timeline.requoted(event);
    if (this.root) this.#turned(withQuote([this.root], event)[0]);
  }

  // Several messages were deleted, which may include the root or replies.
  deleted(event) {
    this.timeline.deleted(event);
    if (this.root) this.#turned(withDeleted([this.root], event)[0]);
  }

  // Several messages were removed from the database. Returns true if this thread is one of them.
  removed(event) {
    this.timeline.removed(event);
    const [root] = this.root ? withoutRemoved([this.root], event) : [];
    if (root) this.#turned(root);
    return event.messages.includes(this.thread);
  }

  renamed(user) {
    this.timeline.renamed(user);
    if (this.root) this.#turned(withUser([this.root], user)[0]);
  }

  // The user's read position; null if they do not take part.
  get lastRead() {
    return this.#lastRead;
  }

  moved(position) {
    this.#lastRead = position;
    this.reading.consider();
  }

  // False: a thread's page is loaded whole, so nothing arrives later.
  get isWaiting() {
    return false;
  }

  get unread() {
    const { upTo } = this.reading;
    if (this.timeline.last <= upTo) return 0;
    return this.timeline.messages.filter((reply) => reply.position > upTo && this.chat.counts(reply)).length;
  }

  get isCovered() {
    return false;
  }

  seen() {}

  report(position) {
    const { room, thread: message } = this;
    return this.chat.socket.command("thread.read", { room, message, position });
  }

  latest() {
    this.load();
  }

  // An earlier reply is loaded with all later ones: a thread has no pages around a position.
  async jump({ id }) {
    if (!this.timeline.known) await this.load();
    while (!this.timeline.find(id) && this.timeline.more && !this.timeline.failed) await this.loadOlder();
    this.dispatchEvent(new CustomEvent("jump", { detail: id }));
  }

  page(query) {
    return this.chat.fetch(`messages/${this.thread}/thread/`, query);
  }

  #loaded(page) {
    const { last_read } = page;
    if (!this.timeline.known && last_read !== null && last_read < (page.messages.at(-1)?.position ?? 0)) {
      this.timeline.mark(last_read);
    }
    this.#lastRead = last_read;
    this.timeline.reset(page, 0);
    this.#turned(page.root);
    this.reading.consider();
    this.arrive();
  }

  #turned(root) {
    if (this.root?.version > root.version) return;
    this.root = root;
    this.changed();
  }

  #tellsMe(message) {
    const { me, blocks } = this.chat;
    return message.author.id === me.id || (tells(message, me) && !blocks.has(message.author.id));
  }
}
