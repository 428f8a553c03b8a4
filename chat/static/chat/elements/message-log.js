import { guard, html, nothing, repeat } from "../vendor/lit.js";
import { downIcon } from "../parts/icons.js";
import { messageRow } from "../parts/message.js";
import { rowsOf } from "../rows.js";
import { dayOf } from "../times.js";
import { gettext } from "../words.js";
import { LightElement } from "./light.js";
import { Scroll } from "./scroll.js";

// The conversation of the shown room. One element is one room's: another room gets another one.
export class MessageLog extends LightElement {
  static properties = { chat: { attribute: false }, atEnd: { state: true } };
  #scroll = new Scroll(this);
  #toEnd = () => this.#latest();

  constructor() {
    super();
    this.atEnd = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.chat.addEventListener("posted", this.#toEnd);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.chat.removeEventListener("posted", this.#toEnd);
  }

  willUpdate() {
    this.follow(this.chat.timeline, this.chat.outbox, this.chat.rooms);
  }

  update(changed) {
    this.#scroll.before(this.chat.timeline.messages[0]);
    super.update(changed);
    this.#scroll.after();
  }

  render() {
    const { timeline, outbox, me, room } = this.chat;
    const rows = timeline.known ? rowsOf(timeline, outbox.of(timeline.room), me) : [];
    return html`<div class="log" role="log" tabindex="0" aria-label=${gettext("Conversation")}
        aria-busy=${!timeline.known || timeline.loading}>
        <div class="lines">${timeline.known ? this.#top(timeline, room) : skeleton()}
          ${repeat(rows, (row) => row.key, (row) => this.#row(row))}</div></div>
      ${this.#button(timeline)}`;
  }

  // Called by the scroll: whether the end is in sight, and whether the beginning comes near.
  scrolled(atEnd, nearTop) {
    this.atEnd = atEnd;
    this.chat.following = atEnd && this.chat.timeline.complete;
    if (nearTop && !this.chat.timeline.failed) this.chat.loadOlder();
  }

  #row(row) {
    if (row.type === "day") return html`<h2 class="day"><span>${dayOf(row.date)}</span></h2>`;
    if (row.type === "new") return html`<div class="since"><span>${gettext("New")}</span></div>`;
    return guard([row.message, row.next, row.message.failed], () => messageRow(row, this.chat.outbox));
  }

  #top(timeline, room) {
    if (timeline.failed) {
      return html`<p class="older" role="alert">${gettext("Older messages did not load.")}
        <button type="button" @click=${() => this.chat.loadOlder()}>${gettext("Try again")}</button></p>`;
    }
    if (timeline.loading) return html`<p class="older">${gettext("Loading older messages…")}</p>`;
    if (timeline.more) return html`<p class="older"></p>`;
    const words = timeline.messages.length
      ? gettext("This is where the room begins.")
      : gettext("Nothing has been said here yet. The first word is yours.");
    return html`<div class="beginning"><h2 dir="auto">${room?.name}</h2><p>${words}</p></div>`;
  }

  #button({ complete }) {
    if (this.atEnd && complete) return nothing;
    const unread = this.chat.room?.unread;
    const words = unread ? gettext("New messages") : gettext("Latest messages");
    return html`<button type="button" class="latest ${unread ? "unread" : ""}" @click=${this.#toEnd}>
      ${downIcon}${words}</button>`;
  }

  #latest() {
    this.#scroll.stick();
    if (!this.chat.timeline.complete) this.chat.latest();
  }
}

function skeleton() {
  return html`<div class="skeleton" role="status"><span class="visually-hidden">${gettext("Loading…")}</span>
    ${[1, 2, 3, 4, 5, 6].map(() => html`<i></i>`)}</div>`;
}

customElements.define("message-log", MessageLog);
