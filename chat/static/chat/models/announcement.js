import { Observable } from "../lib/observable.js";
import { shared } from "../lib/storage.js";

const KEY = "announcements.dismissed";
const KEPT = 20; // of which it is remembered that they were dismissed

// What administrators tell everyone, until the reader dismisses it, in whatever tab.
export class Announcement extends Observable {
  #told = null;
  #dismissed = []; // ids, also where the browser keeps nothing

  constructor(socket) {
    super();
    socket.addEventListener("hello", ({ detail }) => this.#tell(detail.announcement ?? null));
    socket.addEventListener("site.announced", ({ detail }) => this.#tell(detail.announcement));
    addEventListener("storage", ({ key }) => key === KEY && this.changed());
  }

  get shown() {
    const isDismissed = [...this.#dismissed, ...kept()].includes(this.#told?.id);
    return isDismissed ? null : this.#told;
  }

  dismiss() {
    this.#dismissed.push(this.#told.id);
    keep([...kept(), this.#told.id].slice(-KEPT));
    this.changed();
  }

  #tell(announcement) {
    this.#told = announcement;
    this.changed();
  }
}

function kept() {
  try {
    const ids = JSON.parse(shared.get(KEY));
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}

function keep(ids) {
  shared.set(KEY, JSON.stringify(ids));
}
