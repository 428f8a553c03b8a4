import { Observable } from "../lib/observable.js";

// Users that the user blocks, by id, from the server's events. Their messages are folded until the user opens one.
export class Blocks extends Observable {
  #socket;
  #blocked;
  /** @type {Set<number>} */
  #unfolded = new Set(); // ids of messages

  /**
   * @param {Channel} socket
   * @param {number[]} blocked
   */
  constructor(socket, blocked = []) {
    super();
    this.#socket = socket;
    this.#blocked = new Set(blocked);
    socket.addEventListener("hello", ({ detail }) => this.#replace(detail.blocked ?? []));
    socket.addEventListener("blocks.changed", ({ detail }) => this.#replace(detail.blocked));
  }

  /** @param {number} id */
  has(id) {
    return this.#blocked.has(id);
  }

  /**
   * Notices, such as those about acts of moderators, are never folded.
   * @param {Message} message
   */
  folds({ id, author, kind, deleted }) {
    return kind !== "notice" && !deleted && this.has(author.id) && !this.#unfolded.has(id);
  }

  /** @param {number} id */
  unfold(id) {
    this.#unfolded.add(id);
    this.changed();
  }

  /**
   * Both methods reject with the server's error.
   * @param {{ id: number }} user
   */
  async block({ id }) {
    await this.#socket.command("person.block", { user: id });
  }

  /** @param {{ id: number }} user */
  async unblock({ id }) {
    await this.#socket.command("person.unblock", { user: id });
  }

  /** @param {number[]} ids */
  #replace(ids) {
    const blocked = new Set(ids);
    if (blocked.size === this.#blocked.size && ids.every((id) => this.has(id))) return;
    this.#blocked = blocked;
    this.#unfolded.clear();
    this.changed();
  }
}
