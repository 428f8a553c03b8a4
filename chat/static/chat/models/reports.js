import { Observable } from "../lib/observable.js";

// Number of open reports in the open room, for users who moderate it.
export class Reports extends Observable {
  #chat;
  #told = new Map(); // the latest number, by room

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

  // Loads the number after missed events. A number that arrives meanwhile is newer than the answer.
  async load() {
    if (!this.#isShown) return;
    const { shown } = this.#chat;
    const told = this.#told.get(shown);
    try {
      const { open } = await this.#chat.fetch("settings/reports/count/");
      if (told === this.#told.get(shown)) this.#counted({ room: shown, open });
    } catch {
      // The next report sends the number again, and opening the room loads it.
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
