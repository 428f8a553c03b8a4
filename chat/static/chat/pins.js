import { Model } from "./model.js";
import { withDeleted, withoutRemoved } from "./removal.js";
import { withUser } from "./renaming.js";

// What is pinned in the room that the tab shows, the latest first. `messages` is null until it is known.
export class Pins extends Model {
  #chat;
  #asked = 0;
  #meanwhile = []; // what was changed while the list was on its way
  messages = null;
  failed = false;

  constructor(chat) {
    super();
    this.#chat = chat;
  }

  get count() {
    return this.messages?.length ?? 0;
  }

  clear() {
    this.messages = null;
    this.load();
  }

  async load() {
    const asked = (this.#asked += 1);
    this.#meanwhile = [];
    this.failed = false;
    try {
      const { messages } = await this.#chat.fetch("pins/");
      if (asked === this.#asked) this.#loaded(messages);
    } catch {
      this.failed = asked === this.#asked;
    }
    this.changed();
  }

  upsert(message) {
    if (!this.messages) this.#meanwhile.push(() => this.#put(message));
    else if (this.#put(message)) this.changed();
  }

  // Several messages were deleted: a tombstone is not pinned.
  deleted(event) {
    this.#turnAll((messages) => withDeleted(messages, event).filter(({ pinned }) => pinned));
  }

  // Several messages are gone for good.
  removed(event) {
    this.#turnAll((messages) => withoutRemoved(messages, event));
  }

  renamed(user) {
    this.#turnAll((messages) => withUser(messages, user));
  }

  #turnAll(turn) {
    const happen = () => {
      this.messages = turn(this.messages);
    };
    if (!this.messages) {
      this.#meanwhile.push(happen);
      return;
    }
    happen();
    this.changed();
  }

  #loaded(messages) {
    this.messages = messages;
    for (const happen of this.#meanwhile) happen();
    this.#meanwhile = [];
  }

  #put(message) {
    const known = this.messages.find((one) => one.id === message.id);
    if (known ? known.version > message.version : !message.pinned) return false;
    const others = this.messages.filter((one) => one !== known);
    this.messages = message.pinned ? [message, ...others].sort(latestFirst) : others;
    return true;
  }
}

const latestFirst = (a, b) => new Date(b.pinned.at) - new Date(a.pinned.at);
