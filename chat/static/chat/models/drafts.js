import { Observable } from "../lib/observable.js";
import { shared } from "../lib/storage.js";

export const LONGEST = 65_536; // characters: no frame holds more, and a page with much longer fields is slow
const PAUSE = 300; // ms: avoids a write to storage at every key
const EDIT = "edit:";

// Unsent text, by place: a room, a thread or the edit of a message. It outlives reloads, and the user's tabs share it.
// Dispatches "elsewhere" when another tab changed or sent a draft.
export class Drafts extends Observable {
  #prefix;
  /** @type {Map<string, string>} */
  #waiting = new Map(); // changes that are not stored yet
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Set<number>} */
  #edits = new Set(); // ids of the messages with an unsaved edit

  /** @param {User} me */
  constructor(me) {
    super();
    this.#prefix = `draft:${me.id}:`;
    for (const key of shared.keys()) this.#noteEdit(this.#placeOf(key), true);
    addEventListener("storage", (event) => this.#changedElsewhere(event));
    addEventListener("pagehide", () => this.#store());
    document.addEventListener("visibilitychange", () => this.#store());
  }

  /** @param {string} place */
  of(place) {
    return this.#keptAt(place).slice(0, LONGEST);
  }

  /**
   * @param {string} place
   * @param {string} text
   */
  keep(place, text) {
    if (!text) return this.drop(place);
    this.#wait(place, text.slice(0, LONGEST));
  }

  /** @param {string} place */
  drop(place) {
    this.#waiting.delete(place);
    shared.remove(this.#prefix + place);
  }

  /**
   * Returns an unsaved edit: { text, was, version }, its text and the body and version that it is based on; or null.
   * @param {number} id
   */
  editOf(id) {
    try {
      const edit = JSON.parse(this.#keptAt(EDIT + id) || "null");
      return edit && { ...edit, text: edit.text.slice(0, LONGEST) };
    } catch {
      return null; // truncated by an older version of the page
    }
  }

  /** @param {number} id */
  hasEdit(id) {
    return this.#edits.has(id);
  }

  /**
   * @param {number} id
   * @param {{ text: string, was: string, version: number }} edit
   */
  keepEdit(id, edit) {
    this.#wait(EDIT + id, JSON.stringify({ ...edit, text: edit.text.slice(0, LONGEST) }));
    this.#noteEdit(EDIT + id, true);
  }

  /**
   * Drops edits of deleted messages, since they can no longer be saved.
   * @param {number[]} ids
   */
  dropEditsOf(ids) {
    for (const id of ids) if (this.hasEdit(id)) this.dropEdit(id);
  }

  /**
   * Drops edits of the deleted ones among these messages.
   * @param {{ id: number, deleted?: object }[]} messages
   */
  dropEditsOfDeleted(messages) {
    this.dropEditsOf(messages.filter(({ deleted }) => deleted).map(({ id }) => id));
  }

  /** @param {number} id */
  dropEdit(id) {
    this.drop(EDIT + id);
    this.#noteEdit(EDIT + id, false);
  }

  /** @param {string} place */
  #keptAt(place) {
    return this.#waiting.get(place) ?? shared.get(this.#prefix + place) ?? "";
  }

  /**
   * @param {string} place
   * @param {string} text
   */
  #wait(place, text) {
    this.#waiting.set(place, text);
    this.#timer ??= setTimeout(() => this.#store(), PAUSE);
  }

  #store() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [place, text] of this.#waiting) shared.set(this.#prefix + place, text);
    this.#waiting.clear();
  }

  /** @param {string | null} key */
  #placeOf(key) {
    return key?.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : "";
  }

  /** @param {StorageEvent} event */
  #changedElsewhere({ key, oldValue, newValue }) {
    const place = this.#placeOf(key);
    if (!place || this.#waiting.has(place)) return;
    this.#noteEdit(place, newValue !== null);
    const detail = { place, before: oldValue ?? "", now: (newValue ?? "").slice(0, LONGEST) };
    this.dispatchEvent(new CustomEvent("elsewhere", { detail }));
  }

  /**
   * @param {string} place
   * @param {boolean} isThere
   */
  #noteEdit(place, isThere) {
    if (!place.startsWith(EDIT)) return;
    const id = Number(place.slice(EDIT.length));
    if (this.#edits.has(id) === isThere) return;
    if (isThere) this.#edits.add(id);
    else this.#edits.delete(id);
    this.changed();
  }
}
