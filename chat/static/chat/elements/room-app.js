import { gettext } from "../lib/i18n.js";
import { waitingText } from "../parts/counts.js";
import { gone } from "../parts/room-ended.js";
import { nameOf } from "../rules/room-name.js";
import { html, nothing, repeat } from "../vendor/lit.js";
import { Drawers, isEscape } from "./drawers.js";
import { Focus } from "./focus.js";
import { Keyboard } from "./keyboard.js";
import { LightElement } from "./light-element.js";
import "./block-dialog.js";
import "./error-note.js";
import "./connection-banner.js";
import "./delete-dialog.js";
import "./edits-dialog.js";
import "./leave-dialog.js";
import "./message-composer.js";
import "./message-log.js";
import "./moderation-dialog.js";
import "./person-card.js";
import "./purge-dialog.js";
import "./reaction-news.js";
import "./report-dialog.js";
import "./room-header.js";
import "./room-rail.js";
import "./room-roster.js";
import "./room-side.js";

// The room's page: list of rooms, conversation, side panel and people.
export class RoomApp extends LightElement {
  static properties = { chat: { attribute: false } };
  #focus = new Focus();
  #shows = null; // content of the side panel
  #before = null; // the focus before the panel opened
  drawers = new Drawers(this, this.#focus);

  #keys = (event) => this.#escape(event);

  constructor() {
    super();
    new Keyboard(this);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.#keys);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#keys);
  }

  willUpdate() {
    this.follow(this.chat, this.chat.rooms, this.chat.rosterFold);
  }

  firstUpdated() {
    this.addEventListener("delete", ({ detail }) => this.querySelector("delete-dialog").ask(detail));
    this.addEventListener("purge", ({ detail }) => this.querySelector("purge-dialog").ask(detail));
    this.addEventListener("history", ({ detail }) => this.querySelector("edits-dialog").show(detail));
    this.addEventListener("report", ({ detail }) => this.querySelector("report-dialog").ask(detail));
    this.addEventListener("block", ({ detail }) => this.querySelector("block-dialog").ask(detail));
    this.addEventListener("leave", ({ detail }) => this.querySelector("leave-dialog").ask(detail));
    this.addEventListener("person", ({ detail, target }) => this.querySelector("person-card").show(detail, target));
    this.addEventListener("moderate", ({ detail }) => this.querySelector("moderation-dialog").ask(detail));
    this.addEventListener("lead", ({ detail }) => this.#lead(detail));
  }

  // The message field comes first, and the list of rooms after the conversation, so that the Tab key reaches the field
  // in few steps. css/room.css places them visually.
  render() {
    const { chat } = this;
    const close = () => this.drawers.close();
    const leaveRail = () => {
      close();
      this.querySelector("main message-composer")?.focus();
    };
    const write = ({ currentTarget }) => currentTarget.querySelector("message-composer")?.focus();
    return html`<main id="main" @drawer=${({ detail }) => this.drawers.open(detail)} @write=${write}>
        ${chat.lost ? nothing : this.#composer()}<room-header .chat=${chat}></room-header>
        ${chat.lost ? gone(chat.lost, chat.urls) : this.#conversation()}</main>
      <room-rail id="rooms" .chat=${chat} role="navigation" aria-label=${gettext("Rooms")}
        @wanted=${() => this.drawers.want("rail")} @go=${close} @close=${close} @write=${leaveRail}></room-rail>
      <room-side .chat=${chat} role="complementary" aria-label=${gettext("Threads and pins")} @write=${write}
        @keydown=${(event) => isEscape(event) && chat.side.close()}></room-side>
      <room-roster .chat=${chat} role="complementary" aria-label=${gettext("People in this room")}
        @close=${close}></room-roster>
      <div class="scrim" @click=${close}></div><leave-dialog></leave-dialog>
      <delete-dialog .chat=${chat}></delete-dialog><edits-dialog .chat=${chat}></edits-dialog>
      <moderation-dialog .chat=${chat}></moderation-dialog><report-dialog .chat=${chat}></report-dialog>
      <purge-dialog .chat=${chat}></purge-dialog><block-dialog .chat=${chat}></block-dialog>
       <person-card .chat=${chat} @go=${close}></person-card>`;
  }

  updated() {
    const { room, rooms } = this.chat;
    document.title = `${waitingText(rooms)}${nameOf(room) ?? gettext("Rooms")} · ${document.body.dataset.site}`;
    this.ariaBusy = null;
    this.toggleAttribute("data-lost", this.chat.lost !== null);
    this.#foldPeople();
    this.#turnSide();
  }

  #conversation() {
    const { chat } = this;
    const one = [chat.conversation];
    return html`<div class="conversation">
      <connection-banner .socket=${chat.socket} .roster=${chat.roster}></connection-banner>
      ${repeat(
        one,
        (each) => each,
        (each) => html`<message-log .conversation=${each}></message-log>`,
      )}
      <error-note .chat=${chat}></error-note><reaction-news .chat=${chat}></reaction-news></div>`;
  }

  #composer() {
    const one = [this.chat.conversation];
    return repeat(
      one,
      (each) => each,
      (each) => html`<message-composer .conversation=${each}></message-composer>`,
    );
  }

  #foldPeople() {
    const { room, rosterFold } = this.chat;
    if (!rosterFold.concerns(room)) delete this.dataset.pair;
    else this.dataset.pair = rosterFold.isFolded(room) ? "folded" : "open";
  }

  // The side panel changed or closed: moves the focus with it.
  async #turnSide() {
    const { shows, thread } = this.chat.side;
    this.dataset.side = shows ?? "";
    const is = thread ?? shows;
    const before = this.#shows;
    if (is === before) return;
    this.#shows = is;
    if (!is) {
      this.drawers.close();
      this.#focus.bring(this.#before);
      return;
    }
    if (!before) this.#before = this.#focus.place;
    this.drawers.want("side");
    const side = this.querySelector("room-side");
    await side.updateComplete;
    side.focus();
  }

  // Escape marks the conversation as read if there is nothing else to close.
  #escape(event) {
    const { chat } = this;
    const isFree = isEscape(event) && !event.defaultPrevented && !this.dataset.drawer && !chat.lost;
    if (!isFree || !event.target.matches("body, main .log, main textarea[name=body]")) return;
    if (chat.conversation.unread) chat.conversation.markRead();
  }

  // Focuses the target of a skip link.
  skipTo(name) {
    if (name !== "rooms") return this.querySelector("main message-composer")?.write();
    this.drawers.want("rail");
    this.querySelector("room-rail").focus();
  }

  // A drawer would cover the target, so it closes.
  #lead(message) {
    if (this.dataset.drawer) this.drawers.close();
    this.chat.lead(message);
  }
}

customElements.define("room-app", RoomApp);
