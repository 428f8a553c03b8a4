import { Thread } from "./thread.js";

// The side panel beside the conversation, in place of the people: a thread, the list of threads, or the list of pins.
export class SidePanel {
  #chat;
  shows = null; // "thread", "threads" or "pins"
  thread = null;

  constructor(chat) {
    this.#chat = chat;
  }

  open(what) {
    this.#turn(what, null);
  }

  openThread(id) {
    if (this.thread?.thread === id) return this.thread;
    this.#turn("thread", new Thread(this.#chat, this.#chat.shown, id));
    this.thread.load();
    return this.thread;
  }

  close() {
    if (this.shows) this.#turn(null, null);
  }

  #turn(shows, thread) {
    this.thread?.reading.leave();
    this.shows = shows;
    this.thread = thread;
    this.#chat.changed();
  }
}
