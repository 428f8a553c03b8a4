import { html, nothing, repeat } from "../vendor/lit.js";
import { avatar } from "../parts/avatar.js";
import { closer } from "../parts/closer.js";
import { statusOf, unavailableText } from "../roster.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";

// The right side: who is here, online, away and offline.
export class RoomRoster extends LightElement {
  static properties = { chat: { attribute: false }, wanted: { state: true } };

  willUpdate() {
    this.follow(this.chat, this.chat.roster);
  }

  render() {
    const { state } = this.chat.roster;
    this.dataset.presence = state;
    const groups = {
      here: gettext("Here now"),
      online: gettext("Online"),
      away: gettext("Away"),
      offline: gettext("Offline"),
    };
    const find = gettext("Find a person");
    const narrow = ({ target }) => (this.wanted = target.value.trim().toLowerCase());
    return html`<div class="find">
        <input type="search" placeholder=${find} aria-label=${find} autocomplete="off" @input=${narrow}>
        ${closer(this)}</div>
      <p class="note" role="status">${this.#note(state)}</p>
      <div class="groups" aria-busy=${state === "loading"}>
        ${Object.entries(groups).map(([status, title]) => this.#group(status, title))}</div>`;
  }

  #note(state) {
    if (state === "unavailable") return unavailableText();
    if (state === "stale") return gettext("As it was before the connection was lost.");
    if (this.wanted && !this.#found.length) return gettext("There is nobody of that name.");
    return nothing;
  }

  get #found() {
    const { people } = this.chat.roster;
    if (!this.wanted) return people;
    return people.filter(({ name, username }) => `${name}\n${username}`.toLowerCase().includes(this.wanted));
  }

  #group(status, title) {
    const people = this.#found.filter((person) => statusOf(person) === status);
    if (!people.length) return nothing;
    return html`<section data-group=${status} aria-label=${title}>
      <h2><span>${title}</span><span>${this.#count(status, people).toLocaleString()}</span></h2>
      <ul>${repeat(people, (person) => person.id, (person) => this.#person(person, status))}</ul></section>`;
  }

  #count(status, people) {
    return this.wanted ? people.length : this.chat.roster.counts[status];
  }

  #person(person, status) {
    const dot = person.away ? "away" : status === "here" ? "" : status;
    return html`<li class="person" data-user=${person.username} data-status=${status}>
      ${avatar(person, "s", dot ? html`<span class="dot ${dot}"></span>` : nothing)}
      <span class="who"><b title=${person.name}><bdi>${person.name}</bdi></b>
        ${this.#isMe(person) ? html`<i>${gettext("(you)")}</i>` : nothing}${this.#under(person, status)}</span></li>`;
  }

  #under({ name, username, away }, status) {
    const handle = name === username ? "" : `@${username}`;
    const word = away && status === "here" ? gettext("away") : "";
    const words = [handle, word].filter(Boolean).join(" · ");
    return words ? html`<small><bdi dir="ltr">${words}</bdi></small>` : nothing;
  }

  #isMe(person) {
    return person.id === this.chat.me.id;
  }
}

customElements.define("room-roster", RoomRoster);
