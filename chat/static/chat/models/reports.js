import { Observable } from "../lib/observable.js";

// How many reports of the shown room wait for whoever moderates it, for those who may see that.
export class Reports extends Observable {
  #chat;
  #told = new Map(); // by room, what was told last

  constructor(chat) {
    super();
    this.#chat = chat;
    chat.socket.addEventListener("reports.counted", ({ detail }) => this.#counted(detail));
  }

  get open() {
    return this.#isShown ? (this.#told.get(this.#chat.shown)?.open ?? 0) : 0;
  }

  get url() {
    const { shown, urls } = this.#chat;
    return `${urls.settings.replace("/0/", `/${shown}/`)}reports/`;
  }

  // What was told while nobody listened. What is told meanwhile is newer than the answer.
  async load() {
    if (!this.#isShown) return;
    const { shown } = this.#chat;
    const told = this.#told.get(shown);
    try {
      const { open } = await this.#chat.fetch("settings/reports/count/");
      if (told === this.#told.get(shown)) this.#counted({ room: shown, open });
    } catch {
      // It is told anew with the next report, and asked for whenever the room is opened.
    }
  }

  get #isShown() {
    return this.#chat.acts.allows("see_moderation");
  }

  #counted(told) {
    this.#told.set(told.room, told);
    this.changed();
  }
}
