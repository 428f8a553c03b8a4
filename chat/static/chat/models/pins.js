import { Observable } from "../lib/observable.js";
import { withDeleted, withoutRemoved, withQuote, withReaction } from "../rules/message-updates.js";
import { withUser } from "../rules/user-updates.js";

// Pins of the open room, the latest first, as far as they are loaded. `messages` is null until they are known; `older`
// is the query of the next page, and empty if there is none.
export class Pins extends Observable {
  #chat;
  #asked = 0;
  #meanwhile = null; // changes that arrive while a page is loading
  #ids = new Set(); // ids of all pins, also in later pages
  messages = null;
  older = "";
  failed = false;

  constructor(chat) {
    super();
    this.#chat = chat;
  }

  get count() {
    return this.messages ? this.#ids.size : 0;
  }

  clear() {
    this.messages = null;
    this.load();
  }

  load() {
    return this.#load({});
  }

  loadOlder() {
    return this.#load({ before: this.older });
  }

  upsert(message) {
    this.#meanwhile?.push(() => this.#put(message));
    if (this.messages && this.#put(message)) this.changed();
  }

  reacted(event) {
    this.#turnAll((messages) => withReaction(messages, event));
  }

  requoted(event) {
    this.#turnAll((messages) => withQuote(messages, event));
  }

  // Several messages were deleted: a tombstone is not pinned.
  deleted(event) {
    this.#turnAll((messages) =>
      this.#without(
        event,
        withDeleted(messages, event).filter(({ pinned }) => pinned),
      ),
    );
  }

  // Several messages were removed from the database.
  removed(event) {
    this.#turnAll((messages) => this.#without(event, withoutRemoved(messages, event)));
  }

  renamed(user) {
    this.#turnAll((messages) => withUser(messages, user));
  }

  #without(event, messages) {
    for (const id of event.messages) this.#ids.delete(id);
    return messages;
  }

  #turnAll(turn) {
    const happen = () => {
      this.messages = turn(this.messages);
    };
    this.#meanwhile?.push(happen);
    if (!this.messages) return;
    happen();
    this.changed();
  }

  async #load(query) {
    const asked = ++this.#asked;
    this.#meanwhile = [];
    this.failed = false;
    try {
      const page = await this.#chat.fetch("pins/", query);
      if (asked === this.#asked) this.#loaded(page, query.before ? this.messages : []);
    } catch {
      this.failed = asked === this.#asked;
    }
    if (asked === this.#asked) this.#meanwhile = null;
    this.changed();
  }

  // A page may have been read before the changes that arrived while it was loading.
  #loaded({ messages, older, ids }, before) {
    this.#ids = new Set(ids);
    const known = new Set(before.map(({ id }) => id));
    this.messages = [...before, ...messages.filter(({ id }) => !known.has(id))];
    this.older = older;
    for (const happen of this.#meanwhile) happen();
  }

  #put(message) {
    const known = this.messages.find((one) => one.id === message.id);
    if (known?.version > message.version) return false;
    if (!message.pinned && !this.#ids.delete(message.id)) return false;
    if (message.pinned) this.#ids.add(message.id);
    if (!known && this.older && message.pinned && this.#isInLaterPage(message)) return true;
    const others = this.messages.filter((one) => one !== known);
    this.messages = message.pinned ? [message, ...others].sort(latestFirst) : others;
    return true;
  }

  #isInLaterPage(message) {
    const last = this.messages.at(-1);
    return last && latestFirst(message, last) > 0;
  }
}

const latestFirst = (a, b) => new Date(b.pinned.at) - new Date(a.pinned.at);
