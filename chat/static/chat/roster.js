import { Model } from "./model.js";
import { gettext } from "./words.js";

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export function statusOf(person) {
  if (person.here) return "here";
  if (!person.online) return "offline";
  return person.away ? "away" : "online";
}

export function unavailableText() {
  return gettext("Presence unavailable. Messages still arrive.");
}

// Who is in the room that the tab shows, as far as it is known.
export class Roster extends Model {
  #people = new Map();
  counts = null; // of all members by group, as the server counts them: not all of a large room are here
  state = "loading"; // or known, unavailable, stale: what was known when the connection was lost

  get people() {
    return [...this.#people.values()].sort((a, b) => byName.compare(a.name, b.name));
  }

  // How many have the room open; null while nobody can tell.
  get here() {
    if (this.state !== "known") return null;
    return this.counts.here;
  }

  find(id) {
    return this.#people.get(id);
  }

  clear() {
    this.#people.clear();
    this.#become("loading");
  }

  // Where nothing is known, the list that there was stays.
  snapshot({ known, people, counts }) {
    if (known) {
      this.#people = new Map(people.map((person) => [person.id, person]));
      this.counts = counts;
    }
    this.#become(known ? "known" : "unavailable");
  }

  change({ people, counts }) {
    for (const person of people) this.#people.set(person.id, person);
    this.counts = counts;
    this.changed();
  }

  remove(id) {
    if (this.#people.delete(id)) this.changed();
  }

  lostConnection() {
    if (this.state === "known") this.#become("stale");
  }

  #become(state) {
    this.state = state;
    this.changed();
  }
}
