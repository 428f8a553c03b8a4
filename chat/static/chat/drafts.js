// What was written in a room or a thread (`place`) and not sent, kept over reloads and shared by the person's tabs.
export class Drafts {
  #prefix;

  constructor(me) {
    this.#prefix = `draft:${me.id}:`;
  }

  of(place) {
    return localStorage.getItem(this.#prefix + place) ?? "";
  }

  keep(place, text) {
    if (text) localStorage.setItem(this.#prefix + place, text);
    else localStorage.removeItem(this.#prefix + place);
  }
}
