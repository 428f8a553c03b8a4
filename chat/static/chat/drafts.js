// What was written in a room and not sent, kept over reloads and shared by the person's tabs.
export class Drafts {
  #prefix;

  constructor(me) {
    this.#prefix = `draft:${me.id}:`;
  }

  of(room) {
    return localStorage.getItem(this.#prefix + room) ?? "";
  }

  keep(room, text) {
    if (text) localStorage.setItem(this.#prefix + room, text);
    else localStorage.removeItem(this.#prefix + room);
  }
}
