import { GROUPS } from "../rules/presence-groups.js";

const LENGTH = 100; // people, as the server counts them
const PAUSE = 200; // ms: no request while the user goes on typing
const ANEW = 15_000; // ms: in a crowd somebody always comes or goes
const TRY_AGAIN = 2000; // ms

/**
 * The roster whose page it is.
 * @typedef {{
 *   isWhole: boolean, wanted: string, state: string, counts: Counts | null, groups: Record<PresenceGroup, Person[]>,
 *   turn(page: PeoplePage): void, changed(): void,
 * }} Listed
 */

// Which page of a larger room's people is shown, and how one comes to another. Only those on it are kept up to date.
export class RosterPage {
  #roster;
  #ask;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer; // until the next question
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

  // Whether it is another than the one that a snapshot has.
  get isElsewhere() {
    return this.offset > 0 || this.#roster.wanted !== "";
  }

  reset() {
    this.#forgetQuestions();
    Object.assign(this, { offset: 0, total: 0, isLoading: false, hasFailed: false });
  }

  // A snapshot came: the server keeps its first page up to date from now on, and not the one that is shown.
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
   * One page further, or back.
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

  // Where more came or went than the page can tell, it is asked for anew after a while.
  consider() {
    if (this.#timer !== undefined || this.isLoading || document.hidden || !this.#isBehind) return;
    this.#timer = setTimeout(() => this.#load(this.offset), ANEW * (0.5 + Math.random()));
  }

  // Each group should have as many here as the counts of all leave for this page.
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
    if (!page.people.length && offset > 0) this.#load(0); // they have gone meanwhile
  }

  /**
   * After a lost connection a snapshot comes, and with it the next question.
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
