import { Observable } from "../lib/observable.js";
import { shared } from "../lib/storage.js";

const KEY = "announcements.dismissed";
const KEPT = 20; // dismissed announcements that are remembered

// The administrators' announcement, until the user dismisses it in any tab.
export class Announcement extends Observable {
  /** @type {Announced | null} */
  #told = null;
  /** @type {number[]} */
  #dismissed = []; // ids, also if the browser has no storage

  /** @param {Channel} socket */
  constructor(socket) {
    super();
    socket.addEventListener("hello", ({ detail }) => this.#tell(detail.announcement ?? null));
    socket.addEventListener("site.announced", ({ detail }) => this.#tell(detail.announcement));
    addEventListener("storage", ({ key }) => key === KEY && this.changed());
  }

  get shown() {
    const told = this.#told;
    return told && [...this.#dismissed, ...kept()].includes(told.id) ? null : told;
  }

  dismiss() {
    if (!this.#told) return;
    const { id } = this.#told;
    this.#dismissed.push(id);
    keep([...kept(), id].slice(-KEPT));
    this.changed();
  }

  /** @param {Announced | null} announcement */
  #tell(announcement) {
    this.#told = announcement;
    this.changed();
  }
}

/** @returns {number[]} */
function kept() {
  try {
    const ids = JSON.parse(shared.get(KEY) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}

/** @param {number[]} ids */
function keep(ids) {
  shared.set(KEY, JSON.stringify(ids));
}
