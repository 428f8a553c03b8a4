import { minutes } from "../lib/clock.js";
import { gettext } from "../lib/i18n.js";
import { agoOf, localTimeOf, timestampOf } from "../lib/times.js";
import { avatar } from "../parts/avatar.js";
import { closeIcon } from "../parts/icons.js";
import { roleMark } from "../parts/role.js";
import { sentence } from "../parts/sentence.js";
import { customStatus } from "../parts/status.js";
import { dot } from "../parts/status-dot.js";
import { dotOf, groupOf, titleOf, withoutEnded } from "../rules/presence-groups.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { alongStart, beside, placeAt } from "./popover-position.js";
import "./block-button.js";
import "./message-button.js";
import "./person-actions.js";

const GONE = 404;

// Card of a user: profile and presence; a sheet on a phone. Data that the sidebar also shows is the same.
export class PersonCard extends LightElement {
  static properties = { chat: { attribute: false }, user: { state: true }, details: { state: true } };
  #anchor = null;
  #asked = 0;

  willUpdate() {
    this.follow(this.chat.roster, this.chat.blocks, minutes);
  }

  async show(user, anchor) {
    this.user = user;
    this.#anchor = anchor;
    this.#load();
    await this.updateComplete;
    this.#popover.showPopover();
    this.#place();
    this.querySelector("h2").focus();
  }

  firstUpdated() {
    this.chat.socket.addEventListener("user.changed", ({ detail: { user } }) => this.#turned(user));
  }

  updated() {
    if (this.querySelector(":popover-open")) this.#place();
  }

  render() {
    return html`<div popover class="person-card" role="dialog" aria-labelledby="person-name" @toggle=${this.#toggled}>
      ${this.user ? this.#card(this.#person) : nothing}</div>`;
  }

  get #popover() {
    return this.querySelector("[popover]");
  }

  // Placed beside the list of people, which it must not cover.
  #place() {
    placeAt(this.#popover, this.#anchor, this.#anchor.closest("room-roster") ? beside : alongStart);
  }

  // The sidebar's entry if there is one, otherwise the server's answer.
  get #person() {
    const { roster } = this.chat;
    const shown = roster.state === "known" ? roster.find(this.user.id) : undefined;
    return withoutEnded(shown ?? this.details ?? this.user);
  }

  // `details` is null while loading, and { failed: status } after an error.
  async #load() {
    const asked = ++this.#asked;
    this.details = null;
    let details;
    try {
      details = await this.chat.fetchPerson(this.user.id);
    } catch ({ status }) {
      details = { ...this.user, failed: status ?? 0 };
    }
    if (asked === this.#asked) this.details = details;
  }

  #turned(user) {
    if (user.id !== this.user?.id) return;
    this.user = user;
    this.#load();
  }

  #card(person) {
    if (person.deleted) return this.#gone(person);
    const { id, name, username, status } = person;
    const isKnown = typeof person.online === "boolean";
    return html`<header>${avatar(person, "l", isKnown ? dot(dotOf(person)) : nothing)}
        <div><h2 id="person-name" tabindex="-1"><bdi>${name}</bdi>
          ${id === this.chat.me.id ? html`<small>${gettext("(you)")}</small>` : nothing}</h2>
          <p><span dir="ltr">@${username}</span> ${roleMark(this.details ?? person)}</p></div>
        ${this.#closer()}</header>
      <p class="how">${this.#how(person, isKnown)}</p>
      ${status ? customStatus(status) : nothing}
      ${this.#buttons(id)}${this.#more()}`;
  }

  #buttons(id) {
    const isBlocked = this.chat.blocks.has(id);
    const message = html`<message-button .chat=${this.chat} .user=${this.user}></message-button>`;
    return html`${isBlocked ? html`<p class="barred">${gettext("You blocked this person.")}</p>` : nothing}
      <div class="buttons">${isBlocked ? nothing : message}
        <block-button .chat=${this.chat} .user=${this.user}></block-button></div>`;
  }

  #gone(person) {
    return html`<header>${avatar(person, "l")}
        <div><h2 id="person-name" tabindex="-1">${person.name}</h2></div>${this.#closer()}</header>
      <p class="how">${gettext("This account was deleted.")}</p>`;
  }

  #closer() {
    return html`<button type="button" class="tool" aria-label=${gettext("Close")} @click=${this.#close}
      >${closeIcon}</button>`;
  }

  #how(person, isKnown) {
    const { dnd, away, hidden, last_seen: seen } = person;
    if (!isKnown) return person.online === null ? gettext("Can’t show presence right now.") : nothing;
    const group = groupOf(person);
    if (group === "offline" && seen) return this.#seen(new Date(seen));
    const words = [titleOf(group)];
    if (group === "here" && away) words.push(gettext("away"));
    if (dnd && group !== "offline") words.push(gettext("do not disturb"));
    if (hidden) words.push(gettext("invisible"));
    return words.join(" · ");
  }

  #seen(date) {
    const ago = html`<time datetime=${date.toISOString()} title=${timestampOf(date)}>${agoOf(date)}</time>`;
    return sentence(gettext("Offline · last seen %(time)s"), { time: ago });
  }

  // Content that depends on the server's answer; its space is reserved.
  #more() {
    const { details } = this;
    if (details === null) return html`<div class="more" role="status">${gettext("Loading…")}</div>`;
    if (details.failed !== undefined) return this.#failed(details.failed);
    return html`<dl class="more">${this.#time(details)}${this.#rooms(details)}</dl>
      ${details.acts ? html`<person-actions .person=${details}></person-actions>` : nothing}`;
  }

  #failed(status) {
    const isGone = status === GONE;
    const words = isGone ? gettext("No shared rooms.") : gettext("Couldn’t load everything.");
    const again = () => this.#load();
    const button = html`<button type="button" class="link" @click=${again}>${gettext("Try again")}</button>`;
    return html`<div class="more" role="alert">${words} ${isGone ? nothing : button}</div>`;
  }

  #time({ time_zone: zone }) {
    const time = zone ? localTimeOf(zone) : null;
    if (!time) return nothing;
    return html`<div><dt>${gettext("Local time")}</dt><dd title=${zone}>${time}</dd></div>`;
  }

  #rooms({ id, rooms }) {
    if (!rooms?.length || id === this.chat.me.id) return nothing;
    return html`<div><dt>${gettext("Shared rooms")}</dt><dd>${rooms.map((name) => this.#room(name))}</dd></div>`;
  }

  #room(name) {
    return html`<bdi class="in">${this.chat.rooms.named(name) ? `#${name}` : name}</bdi>`;
  }

  #close = () => this.#popover.hidePopover();

  #toggled = ({ newState }) => {
    if (newState === "closed") this.user = null;
  };
}

customElements.define("person-card", PersonCard);
