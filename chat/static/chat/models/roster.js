import { Alarm } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { Observable } from "../lib/observable.js";
import { begins, searchKey } from "../rules/name-search.js";
import { groupOf, untilOf, withoutEnded } from "../rules/presence-groups.js";
import { RosterPage } from "./roster-page.js";

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export function unavailableText() {
  return gettext("Can’t show who’s online right now. Messages still work.");
}

/** @typedef {{ known: boolean, people: Person[], counts: Counts, whole: boolean }} Snapshot */

// Members of the open room: all of them, or a page of a large room.
export class Roster extends Observable {
  /** @type {Map<number, Person>} */
  #people = new Map();
  /** @type {Person[] | null} */
  #sorted = null; // computed on demand: each change concerns one of many
  #ended = new Alarm(() => this.#endStatuses());
  state = "loading"; // or "known", "unavailable", "stale": from before the connection was lost
  /** @type {Counts | null} */
  counts = null; // of all members, by group
  isWhole = true;
  wanted = ""; // the text of a search

  /**
   * `ask` sends the command that requests a page.
   * @param {(members: { offset: number, q: string }) => Promise<PeoplePage>} ask
   */
  constructor(ask) {
    super();
    this.page = new RosterPage(this, ask);
  }

  // All loaded members, by name.
  get everyone() {
    this.#sorted ??= [...this.#people.values()].sort((a, b) => byName.compare(a.name, b.name));
    return this.#sorted;
  }

  // The members to show, by name.
  get people() {
    if (!this.wanted || !this.isWhole) return this.everyone;
    return this.everyone.filter(({ name, username }) => begins(searchKey(username, name), this.wanted));
  }

  /**
   * The same by group: { here: [person, …], … }.
   * @returns {Record<PresenceGroup, Person[]>}
   */
  get groups() {
    /** @type {Record<PresenceGroup, Person[]>} */
    const groups = { here: [], online: [], away: [], offline: [] };
    for (const person of this.people) groups[groupOf(person)].push(person);
    return groups;
  }

  // The number of search results.
  get total() {
    return this.isWhole ? this.people.length : this.page.total;
  }

  // The number of members who have the room open; null if unknown.
  get here() {
    return this.state === "known" ? (this.counts?.here ?? null) : null;
  }

  /** @param {number} id */
  find(id) {
    return this.#people.get(id);
  }

  /** @param {string} wanted */
  search(wanted) {
    this.wanted = wanted;
    if (!this.isWhole) this.page.search();
    this.changed();
  }

  clear() {
    this.#put([]);
    this.counts = null;
    this.isWhole = true;
    this.wanted = "";
    this.page.reset();
    this.#become("loading");
  }

  /**
   * Takes over a snapshot. If presence is unknown, the old list stays.
   * @param {Snapshot} event
   */
  snapshot({ known, people, counts, whole }) {
    if (known) {
      this.counts = counts;
      this.isWhole = whole;
      if (whole || !this.page.isElsewhere) this.#put(people);
      this.page.begin();
    }
    this.#become(known ? "known" : "unavailable");
  }

  /**
   * Applies changes. In a large room they concern members of this page, or of the page before it.
   * @param {{ people: Person[], counts: Counts }} event
   */
  change({ people, counts }) {
    this.counts = counts;
    const shown = this.isWhole ? people : people.filter(({ id }) => this.#people.has(id));
    for (const person of shown) this.#people.set(person.id, withoutEnded(person));
    this.#settle();
    this.page.consider();
  }

  /**
   * Takes over a requested page.
   * @param {PeoplePage} page
   */
  turn({ people, counts }) {
    this.counts = counts;
    this.#put(people);
    this.changed();
  }

  /** @param {{ id: number }} user */
  left({ id }) {
    if (this.#people.delete(id)) this.#settle();
  }

  lostConnection() {
    if (this.state === "known") this.#become("stale");
  }

  changed() {
    this.#sorted = null;
    super.changed();
  }

  /** @param {Person[]} people */
  #put(people) {
    this.#people = new Map(people.map((person) => [person.id, withoutEnded(person)]));
    this.#watchStatuses();
  }

  #settle() {
    this.#watchStatuses();
    this.changed();
  }

  #endStatuses() {
    for (const [id, person] of this.#people) this.#people.set(id, withoutEnded(person));
    this.#settle();
  }

  #watchStatuses() {
    this.#ended.set([...this.#people.values()].map(untilOf));
  }

  /** @param {string} state */
  #become(state) {
    this.state = state;
    this.changed();
  }
}
