import { minutes, now } from "../lib/clock.js";
import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { unavailableText } from "../models/roster.js";
import { closer } from "../parts/closer.js";
import { pager } from "../parts/pager.js";
import { personRow } from "../parts/person.js";
import { GROUPS, titleOf } from "../rules/presence-groups.js";
import { guard, html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { moveFocus } from "./popover-position.js";

// Right column: people who are here, online, away and offline.
export class RoomRoster extends LightElement {
  static properties = { chat: { attribute: false }, at: { state: true } };

  // `at` is the id of the user that the Tab key reaches.
  willUpdate() {
    this.follow(this.chat, this.chat.roster, minutes);
  }

  // A user whose entry moves in the list keeps the focus.
  update(changed) {
    const person = document.activeElement?.closest("room-roster .person");
    super.update(changed);
    if (person && document.activeElement !== person.firstElementChild) this.#buttonOf(person.dataset.user)?.focus();
  }

  render() {
    const { roster } = this.chat;
    this.dataset.presence = roster.state;
    const find = gettext("Find a person");
    const isBusy = roster.state === "loading" || roster.page.isLoading;
    return html`<div class="find">
        <input type="search" placeholder=${find} aria-label=${find} autocomplete="off" .value=${roster.wanted}
          @input=${({ target }) => roster.search(target.value.trim())}>
        ${closer(this)}</div>
      <div class="note" role="status">${this.#note(roster)}</div>
      <div class="groups" aria-busy=${isBusy} @keydown=${this.#key} @focusin=${this.#reach}>
        ${this.#groups(roster)}</div>
      ${roster.isWhole ? nothing : pager(roster.page, this)}`;
  }

  #note(roster) {
    const { state, page, wanted, total } = roster;
    if (state === "unavailable") return unavailableText();
    if (state === "stale") return gettext("May be out of date – you’re offline.");
    if (page.hasFailed) return this.#failed(page);
    if (!wanted || page.isLoading) return nothing;
    if (!total) return gettext("No people in this room match.");
    return interpolate(ngettext("%(count)s person", "%(count)s people", total), { count: total.toLocaleString() });
  }

  #failed(page) {
    return html`${gettext("Couldn’t load people.")}
      <button type="button" class="link" @click=${() => page.again()}>${gettext("Try again")}</button>`;
  }

  #groups({ groups, counts, wanted }) {
    const first = GROUPS.flatMap((group) => groups[group]);
    const at = first.some(({ id }) => id === this.at) ? this.at : first[0]?.id;
    return GROUPS.map((group) => this.#group(group, groups[group], wanted ? null : counts?.[group], at));
  }

  // In search results, the line above has the number.
  #group(group, people, count, at) {
    if (!people.length && !count) return nothing;
    const title = titleOf(group);
    return html`<section data-group=${group} aria-label=${title}>
      <h2><span>${title}</span><span class="count">${count?.toLocaleString()}</span></h2>
      <ul>${repeat(
        people,
        (person) => person.id,
        (person) => this.#person(person, person.id === at),
      )}</ul></section>`;
  }

  #person(person, isReached) {
    const isMe = person.id === this.chat.me.id;
    const minute = person.last_seen ? Math.floor(now() / 60_000) : null; // "2 minutes ago" becomes 3
    const row = () => personRow(person, { isMe, tabindex: isReached ? 0 : -1 });
    return guard([person, isMe, isReached, minute], row);
  }

  #buttonOf(username) {
    return this.querySelector(`.person[data-user="${CSS.escape(username)}"] button`);
  }

  #reach = ({ target }) => {
    const { user } = target.closest(".person")?.dataset ?? {};
    this.at = this.chat.roster.people.find(({ username }) => username === user)?.id ?? this.at;
  };

  #key = (event) => {
    moveFocus(event, [...this.querySelectorAll(".person button")], { ArrowDown: 1, ArrowUp: -1 });
  };
}

customElements.define("room-roster", RoomRoster);
