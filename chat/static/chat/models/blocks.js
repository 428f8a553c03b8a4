import { Observable } from "../lib/observable.js";

// The people that the person blocks, by their ids, as the server tells. Their messages are folded until the person
// wants to see one.
export class Blocks extends Observable {
  #socket;
  #blocked;
  #unfolded = new Set(); // ids of messages

  constructor(socket, blocked = []) {
    super();
    this.#socket = socket;
    this.#blocked = new Set(blocked);
    socket.addEventListener("hello", ({ detail }) => this.#replace(detail.blocked ?? []));
    socket.addEventListener("blocks.changed", ({ detail }) => this.#replace(detail.blocked));
  }

  has(id) {
    return this.#blocked.has(id);
  }

  // What moderators do is told in notices, which are never folded.
  folds({ id, author, kind, deleted }) {
    return kind !== "notice" && !deleted && this.has(author.id) && !this.#unfolded.has(id);
  }

  unfold(id) {
    this.#unfolded.add(id);
    this.changed();
  }

  // Both reject with what the server says against it.
  async block({ id }) {
    await this.#socket.command("person.block", { user: id });
  }

  async unblock({ id }) {
    await this.#socket.command("person.unblock", { user: id });
  }

  #replace(ids) {
    const blocked = new Set(ids);
    if (blocked.size === this.#blocked.size && ids.every((id) => this.has(id))) return;
    this.#blocked = blocked;
    this.#unfolded.clear();
    this.changed();
  }
}
