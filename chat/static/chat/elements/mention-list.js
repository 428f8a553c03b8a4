import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { avatar } from "../parts/avatar.js";
import { begunMention } from "../rules/mentions.js";
import { rankOf, searchKey } from "../rules/name-search.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";

const PAUSE = 120; // ms: no request while the user is typing
const SHOWN = 7; // a longer list would scroll; typing another letter is easier
const MODERATORS = new Set(["owner", "moderator"]);
let lists = 0;

// Completion of a mention: a list above the field, controlled by keys while the focus stays in the field. Known members
// appear at once. In a large room the server's matches are added below, so that no entry moves while the user types.
export class MentionList extends LightElement {
  static properties = { conversation: { attribute: false }, found: { state: true }, at: { state: true } };
  #field = null;
  #timer = null;
  #asked = 0;
  #answer = null; // the pending request
  #known = new Map(); // users from the server's answers, by id
  #id = `mentions-${++lists}`;

  constructor() {
    super();
    this.found = [];
    this.at = 0;
  }

  render() {
    const { length } = this.found;
    const words = ngettext("%(count)s suggestion", "%(count)s suggestions", length);
    return html`<div class="mentions" role="listbox" id=${this.#id} aria-label=${gettext("Mention suggestions")}
        ?hidden=${!length} @pointerdown=${(event) => event.preventDefault()}>
        ${this.found.map((entry, index) => this.#option(entry, index))}</div>
      <span class="visually-hidden" role="status">${length ? interpolate(words, { count: length }) : nothing}</span>`;
  }

  updated() {
    if (!this.#field) return;
    const { length } = this.found;
    this.toggleAttribute("data-open", length > 0);
    if (length) this.#field.setAttribute("aria-controls", this.#id);
    else this.#field.removeAttribute("aria-controls");
    if (length) this.#field.setAttribute("aria-activedescendant", `${this.#id}-${this.at}`);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  // Updates the list after input in the field.
  follow(field) {
    this.#field = field;
    const wanted = this.#begun;
    if (wanted === undefined) return this.close();
    this.#show(this.#localNamed(wanted));
    this.#stopAsking();
    if (!this.#knowsAll) this.#answer = this.#ask(wanted, this.#asked);
  }

  // Returns true if the list handles the key.
  takes(event) {
    const { length } = this.found;
    const acts = {
      ArrowDown: () => (this.at = (this.at + 1) % length),
      ArrowUp: () => (this.at = (this.at + length - 1) % length),
      Enter: () => this.#choose(this.found[this.at]),
      Tab: () => this.#choose(this.found[this.at]),
      Escape: () => this.close(),
    };
    const waits = this.#answer && event.key === "Enter" && (() => this.#chooseOrSend());
    const act = !event.shiftKey && (length ? acts[event.key] : waits);
    if (!act) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  close() {
    this.#stopAsking();
    this.found = [];
  }

  #stopAsking() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#answer = null;
  }

  get #begun() {
    const { value, selectionStart, selectionEnd } = this.#field;
    return selectionStart === selectionEnd ? begunMention(value.slice(0, selectionStart)) : undefined;
  }

  get #knowsAll() {
    const { roster } = this.conversation.chat;
    return roster.isWhole && roster.counts !== null;
  }

  #localNamed(wanted) {
    const people = new Map([...this.#known, ...this.conversation.chat.roster.everyone.map((one) => [one.id, one])]);
    const ranked = [...people.values()].map((one) => ({
      one,
      rank: rankOf(searchKey(one.username, one.name), wanted),
    }));
    const found = ranked
      .filter(({ rank }) => rank > 1)
      .sort((a, b) => b.rank - a.rank)
      .map(({ one }) => one);
    const wide = this.#wide.filter(({ username }) => username.startsWith(wanted.toLowerCase()));
    return [...found.slice(0, SHOWN - wide.length), ...wide];
  }

  async #ask(wanted, asked) {
    await new Promise((resolve) => (this.#timer = setTimeout(resolve, PAUSE)));
    try {
      const { people } = await this.conversation.chat.fetch("members/", { q: wanted });
      if (asked === this.#asked) this.#add(people);
    } catch {
      // Completion is optional: a failed request is ignored.
    }
    if (asked === this.#asked) this.#answer = null;
  }

  #add(people) {
    for (const one of people) this.#known.set(one.id, one);
    const shown = new Set(this.found.map(({ id }) => id));
    this.found = [...this.found, ...people.filter(({ id }) => !shown.has(id))].slice(0, SHOWN);
  }

  // Enter came before the answer: an incomplete name is not sent if it matches a member.
  async #chooseOrSend() {
    const asked = this.#asked;
    await this.#answer;
    if (asked !== this.#asked) return;
    if (this.found.length) this.#choose(this.found[0]);
    else this.#field.form.requestSubmit();
  }

  #show(found) {
    this.found = found;
    this.at = 0;
  }

  // Mentions of groups. The server decides if the user may use them.
  get #wide() {
    const here = { username: "here", name: gettext("everyone online") };
    const room = { username: "room", name: gettext("everyone in the room") };
    return MODERATORS.has(this.conversation.chat.room?.role) ? [here, room] : [here];
  }

  #option(entry, index) {
    const { id, username, name } = entry;
    return html`<div role="option" id="${this.#id}-${index}" aria-selected=${index === this.at} data-name=${username}
      @click=${() => this.#choose(entry)}>
      ${id ? avatar(entry, "xs") : html`<span class="avatar xs" aria-hidden="true">@</span>`}
      <b dir="ltr">@${username}</b><bdi>${name === username ? nothing : name}</bdi></div>`;
  }

  #choose({ username }) {
    const { selectionStart: end } = this.#field;
    this.#field.setRangeText(`${username} `, end - this.#begun.length, end, "end");
    this.close();
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("mention-list", MentionList);
