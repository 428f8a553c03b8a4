import { now } from "../lib/clock.js";
import { Observable } from "../lib/observable.js";

// Times of the user's last posts in each room: in slow mode the next post must wait.
export class SlowMode extends Observable {
  #chat;
  /** @type {Map<number, number>} */
  #posted = new Map();

  /** @param {{ me: User, acts: { allows(act: string): boolean } }} chat */
  constructor(chat) {
    super();
    this.#chat = chat;
  }

  /**
   * @param {number} room
   * @param {Message} message
   */
  note(room, { author, kind, created_at: at }) {
    if (author.id !== this.#chat.me.id || kind === "notice") return;
    const time = Math.min(Date.parse(at), now());
    if (time <= (this.#posted.get(room) ?? 0)) return;
    this.#posted.set(room, time);
    this.changed();
  }

  /**
   * Returns the rest of the wait, in ms. The server decides; this is for display.
   * @param {Pick<Room, "id" | "slow">} room
   */
  restOf({ id, slow }) {
    if (!slow || this.#chat.acts.allows("post_always")) return 0;
    return Math.max(0, (this.#posted.get(id) ?? 0) + 1000 * slow - now());
  }
}
