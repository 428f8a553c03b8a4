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

// Who is in the room that the tab shows, as far as it is known: all its members, or of a larger room a page of them.
export class Roster extends Observable {
  /** @type {Map<number, Person>} */
  #people = new Map();
  /** @type {Person[] | null} */
  #sorted = null; // made when it is asked for: of many people, each change is one's
  #ended = new Alarm(() => this.#endStatuses());
  state = "loading"; // or known, unavailable, stale: what was known when the connection was lost
  /** @type {Counts | null} */
  counts = null; // of all members, by group
  isWhole = true;
  wanted = ""; // what somebody types to find people

  /**
   * `ask` sends the command that asks for a page.
   * @param {(members: { offset: number, q: string }) => Promise<PeoplePage>} ask
   */
  constructor(ask) {
    super();
    this.page = new RosterPage(this, ask);
  }

  // Everyone who is known here, by name.
  get everyone() {
    this.#sorted ??= [...this.#people.values()].sort((a, b) => byName.compare(a.name, b.name));
    return this.#sorted;
  }

  // Those to be shown, by name.
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

  // How many there are of those who are looked for.
  get total() {
    return this.isWhole ? this.people.length : this.page.total;
  }

  // How many have the room open; null while nobody can tell.
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
   * Where nothing is known, the list that there was stays.
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
   * In a larger room those who changed are on the page, or were on the one before it.
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
   * The page that was asked for has come.
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
