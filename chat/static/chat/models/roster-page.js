import { GROUPS } from "../rules/presence-groups.js";

const LENGTH = 100; // people in a page, as on the server
const PAUSE = 200; // ms: no request while the user is typing
const ANEW = 15_000; // ms: in a crowd, people come and go all the time
const TRY_AGAIN = 2000; // ms

/**
 * The roster of the page.
 * @typedef {{
 *   isWhole: boolean, wanted: string, state: string, counts: Counts | null, groups: Record<PresenceGroup, Person[]>,
 *   turn(page: PeoplePage): void, changed(): void,
 * }} Listed
 */

// The visible page of a large room's members, and the way to other pages. Only its members are kept up to date.
export class RosterPage {
  #roster;
  #ask;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer; // until the next request
  #asked = 0;
  offset = 0;
  total = 0;
  isLoading = false;
  hasFailed = false;

  /**
   * @param {Listed} roster
   * @param {(members: { offset: number, q: string }) => Promise<PeoplePage>} ask
   */
  constructor(roster, ask) {
    this.#roster = roster;
    this.#ask = ask;
    document.addEventListener("visibilitychange", () => this.consider());
  }

  get length() {
    return LENGTH;
  }

  get hasMore() {
    return this.offset + LENGTH < this.total;
  }

  // True if it is not the page in a snapshot.
  get isElsewhere() {
    return this.offset > 0 || this.#roster.wanted !== "";
  }

  reset() {
    this.#forgetQuestions();
    Object.assign(this, { offset: 0, total: 0, isLoading: false, hasFailed: false });
  }

  // A snapshot arrived: from now on the server updates its first page, and not the visible one.
  begin() {
    if (this.#roster.isWhole) this.reset();
    else if (this.isElsewhere) this.#load(this.offset);
    else this.total = this.#membersCount;
  }

  search() {
    this.#forgetQuestions();
    this.#timer = setTimeout(() => this.#load(0), PAUSE);
  }

  /**
   * Loads the next page or the previous one.
   * @param {number} by
   */
  step(by) {
    const offset = this.offset + by * LENGTH;
    if (offset >= 0 && (by < 0 || this.hasMore)) return this.#load(offset);
    return null;
  }

  again() {
    this.#load(this.offset);
  }

  // Loads the page again after a while if its numbers no longer match the counts.
  consider() {
    if (this.#timer !== undefined || this.isLoading || document.hidden || !this.#isBehind) return;
    this.#timer = setTimeout(() => this.#load(this.offset), ANEW * (0.5 + Math.random()));
  }

  // True if a group's entries here are not as many as the counts imply for this page.
  get #isBehind() {
    const { isWhole, wanted, counts, groups, state } = this.#roster;
    if (isWhole || wanted || !counts || state !== "known") return false;
    let before = 0;
    return GROUPS.some((group) => {
      const from = Math.max(before, this.offset);
      before += counts[group];
      return groups[group].length !== Math.max(0, Math.min(before, this.offset + LENGTH) - from);
    });
  }

  get #membersCount() {
    const { counts } = this.#roster;
    return counts ? GROUPS.reduce((sum, group) => sum + counts[group], 0) : 0;
  }

  /** @param {number} offset */
  async #load(offset) {
    this.#forgetQuestions();
    const asked = this.#asked;
    this.#become({ isLoading: true, hasFailed: false });
    try {
      const page = await this.#ask({ offset, q: this.#roster.wanted });
      if (asked === this.#asked) this.#loaded(offset, page);
    } catch (error) {
      if (asked === this.#asked) this.#failed(offset, /** @type {Refused} */ (error));
    }
  }

  /**
   * @param {number} offset
   * @param {PeoplePage} page
   */
  #loaded(offset, page) {
    Object.assign(this, { offset, total: page.total, isLoading: false });
    this.#roster.turn(page);
    if (!page.people.length && offset > 0) this.#load(0); // they have left meanwhile
  }

  /**
   * Handles an error. After a lost connection a snapshot arrives, which starts the next request.
   * @param {number} offset
   * @param {Refused} error
   */
  #failed(offset, { retry, wait, code }) {
    this.#become({ isLoading: false, hasFailed: code !== "unsent" });
    if (retry && code !== "unsent") this.#timer = setTimeout(() => this.#load(offset), wait ?? TRY_AGAIN);
  }

  /** @param {{ isLoading: boolean, hasFailed: boolean }} state */
  #become(state) {
    Object.assign(this, state);
    this.#roster.changed();
  }

  #forgetQuestions() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked += 1;
  }
}
