const PAUSE = 1000; // ms: a busy room needs no report per message

// Tells the server how far the person has read: what is in sight of a visible tab is read.
export class Reading {
  #chat;
  #seen = null; // what is not reported yet
  #timer = null;

  constructor(chat) {
    this.#chat = chat;
    addEventListener("pagehide", () => this.report());
  }

  consider() {
    const { shown, rooms, room, timeline } = this.#chat;
    if (!room || !timeline.complete || !this.#chat.isReading(shown)) return;
    rooms.seen(shown);
    if (timeline.last <= room.last_read) return;
    this.#seen = { room: shown, position: timeline.last };
    this.#timer ??= setTimeout(() => this.report(), PAUSE);
  }

  report() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#seen) this.#chat.socket.command("room.read", this.#seen).catch((error) => this.#refused(error));
    this.#seen = null;
  }

  // The next one says it again; where it was only too early, there may be no next one.
  #refused({ wait }) {
    if (wait) setTimeout(() => this.consider(), wait);
  }
}
