import { gettext } from "../lib/i18n.js";
import { dayOf } from "../lib/times.js";
import { LogStretches } from "../models/log-stretches.js";
import { downIcon } from "../parts/icons.js";
import { countOfReplies } from "../parts/replies.js";
import { sentence } from "../parts/sentence.js";
import { unreadPill } from "../parts/unread-pill.js";
import { rowsOf } from "../rules/log-rows.js";
import { nameOf } from "../rules/room-name.js";
import { guard, html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./light-element.js";
import { MessageFocus } from "./message-focus.js";
import { comingsRow, messageRow } from "./message-view.js";
import { ScrollAnchor } from "./scroll-anchor.js";

const NEAR = 2; // stretches: enough to fill the tallest screen

// The log of one conversation, the room's or a thread's. Each conversation has its own element.
export class MessageLog extends LightElement {
  static properties = {
    conversation: { attribute: false },
    atEnd: { state: true },
    isPast: { state: true },
    pointed: { state: true },
  };
  #scroll = new ScrollAnchor(this);
  #stretches = new LogStretches();
  #wasBusy = true; // true until the loaded messages are painted, so that screen readers do not announce them as news
  #isFresh = true; // true until the first page, or its replacement, is painted
  #toEnd = () => this.#latest();
  #turn = ({ detail: pages }) => this.#scroll.turn(pages);
  #arrive = () => this.#scroll.stick();
  #toMessage = ({ detail: id }) => this.#jump(id);
  #open = (what, message, anchor) => this.#openTools(what, message, anchor);
  #unfold = (message) => this.#showFolded(message);
  #fold = (message, isOpen, scrolled) => this.#foldText(message, isOpen, scrolled);

  constructor() {
    super();
    this.isOpening = false; // true while a menu or picker of a message opens
    this.atEnd = true;
    this.isPast = false; // true if there are unread messages, and the "New" line is visible or further up
    this.pointed = null;
    new MessageFocus(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.conversation.addEventListener("posted", this.#toEnd);
    this.conversation.addEventListener("jump", this.#toMessage);
    this.conversation.addEventListener("turn", this.#turn);
    this.conversation.addEventListener("arrive", this.#arrive);
    this.conversation.lowest = () => this.#scroll.lowest;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.conversation.removeEventListener("posted", this.#toEnd);
    this.conversation.removeEventListener("jump", this.#toMessage);
    this.conversation.removeEventListener("turn", this.#turn);
    this.conversation.removeEventListener("arrive", this.#arrive);
    this.conversation.lowest = () => 0;
  }

  willUpdate() {
    const { conversation } = this;
    const { outbox, rooms, blocks, drafts } = conversation.chat;
    this.follow(conversation, conversation.timeline, outbox, rooms, blocks, drafts);
  }

  update(changed) {
    this.#scroll.before(this.conversation.timeline.messages);
    super.update(changed);
    this.#scroll.after();
  }

  render() {
    const { timeline, thread } = this.conversation;
    const rows = rowsOf(this.conversation); // the user's new message is shown, even while others are loading
    const all = this.#stretches.of(rows);
    const arrival = this.#isFresh ? arrivalIn(all) : NaN;
    const isNear = (index) => Math.abs(index - arrival) <= NEAR;
    const stretches = repeat(
      all,
      ({ number }) => number,
      ({ rows }, index) => this.#stretch(rows, isNear(index)),
    );
    const words = thread === null ? gettext("Conversation") : gettext("Thread");
    return html`<div class="log" role="log" tabindex="0" aria-label=${words}
        aria-busy=${this.#isBusy || this.#wasBusy}>
        <div class="lines">${thread === null ? nothing : this.#root()}${this.#top(timeline)}
          ${stretches}${this.#bottom(timeline)}</div></div>
      ${this.#pill()}${this.#button(timeline)}`;
  }

  updated() {
    const { known, loading } = this.conversation.timeline;
    if (!known || loading === "page") this.#isFresh = true;
    if (this.#isBusy) this.#wasBusy = true;
    else if (this.#wasBusy) requestAnimationFrame(() => setTimeout(() => this.#painted()));
  }

  #painted() {
    this.#wasBusy = this.#isBusy;
    this.#isFresh &&= this.#isBusy;
    this.requestUpdate();
  }

  get #isBusy() {
    const { known, loading } = this.conversation.timeline;
    return !known || loading !== null;
  }

  // Called on scroll: `atEnd` if the end is visible, `nearTop` and `nearEnd` if more should be loaded.
  scrolled(atEnd, nearTop, nearEnd) {
    const { timeline } = this.conversation;
    this.atEnd = atEnd;
    this.conversation.following = atEnd && timeline.complete;
    this.isPast = timeline.newAfter !== null && this.conversation.unread > 0 && this.#scroll.lowest > timeline.newAfter;
    if (timeline.failed) return;
    if (nearEnd && !timeline.complete) this.conversation.loadLater();
    else if (nearTop) this.conversation.loadOlder();
  }

  // True if the log reaches the end of the history, so that it stays at its end.
  get isComplete() {
    return this.conversation.timeline.complete;
  }

  // The "New" line, until a message below it was seen.
  get unseenLine() {
    const { reading } = this.conversation;
    return reading.arriving && reading.isAtLine ? this.querySelector(".since") : null;
  }

  // Called when the user scrolls.
  readsOn() {
    this.conversation.reading.goOn();
  }

  // The browser must not skip or clip a stretch while an overlay extends over a message's edge. It must not skip the
  // stretch where the reader arrives either: its height would be an estimate, and the content would move once it is
  // known.
  #stretch(rows, isNear) {
    const isAtHand = ({ message }) => this.#isPointedAt(message) || this.#isEdited(message);
    const isOpen = rows.some((row) => row.type === "message" && isAtHand(row));
    const drawn = repeat(
      rows,
      (row) => row.key,
      (row) => this.#row(row),
    );
    return html`<div class="stretch" ?data-open=${isOpen} ?data-near=${isNear}>${drawn}</div>`;
  }

  #isPointedAt({ id }) {
    return id !== undefined && id === this.pointed;
  }

  #isEdited({ id }) {
    return id !== undefined && id === this.conversation.editing;
  }

  #row(row) {
    if (row.type === "day") return html`<h2 class="day"><span>${dayOf(row.date)}</span></h2>`;
    if (row.type === "new") return html`<div class="since"><span>${gettext("New")}</span></div>`;
    if (row.type === "comings") return comingsRow(row);
    const { message, next } = row;
    const isPointedAt = this.#isPointedAt(message);
    const isEdited = this.#isEdited(message);
    const { chat } = this.conversation;
    const isFolded = chat.blocks.folds(message);
    const isQuoteFolded = chat.blocks.has(message.quote?.author?.id);
    const ways = { open: this.#open, unfold: this.#unfold, fold: this.#fold };
    const isOpen = this.conversation.opened.has(message.id);
    const hasEdit = chat.drafts.hasEdit(message.id);
    const states = { isPointedAt, isEdited, isFolded, isOpen, hasEdit };
    const view = { chat, conversation: this.conversation, ...states, ...ways };
    const rights = [chat.room?.role, chat.acts.postingBlock?.why];
    const folds = [isQuoteFolded, chat.blocks.has(message.author.id)];
    const known = [message, next, message.failed, ...Object.values(states), ...folds, ...rights];
    return guard(known, () => messageRow(row, view));
  }

  // The thread's root, above its replies.
  #root() {
    const { root, timeline } = this.conversation;
    if (!root) return nothing;
    const row = this.#row({ type: "message", message: root, date: new Date(root.created_at), next: false });
    const { count } = root.replies ?? { count: 0 };
    const words = count ? countOfReplies(count) : gettext("No replies yet");
    return html`${row}<div class="replies-line" ?hidden=${!timeline.known}><span>${words}</span></div>`;
  }

  #top(timeline) {
    if (timeline.failed && timeline.failed !== "later") return this.#failed(timeline);
    if (!timeline.known) return skeleton();
    if (timeline.loading === "older") return html`<p class="older">${gettext("Loading older messages…")}</p>`;
    if (timeline.more) return html`<p class="older"></p>`;
    return this.conversation.thread === null ? this.#beginning(timeline) : nothing;
  }

  // The space is reserved, so that the content does not move when a page arrives.
  #bottom({ known, complete, loading, failed }) {
    if (!known || complete) return nothing;
    if (failed !== "later") return html`<p class="later">${loading ? gettext("Loading newer messages…") : nothing}</p>`;
    return html`<p class="later" role="alert">${gettext("Couldn’t load newer messages.")}
      <button type="button" @click=${() => this.conversation.loadLater()}>${gettext("Try again")}</button></p>`;
  }

  #failed({ known }) {
    const { conversation } = this;
    const words = known ? gettext("Couldn’t load older messages.") : gettext("Couldn’t load the thread.");
    const again = () => (known ? conversation.loadOlder() : conversation.latest());
    return html`<p class="older" role="alert">${words}
      <button type="button" @click=${again}>${gettext("Try again")}</button></p>`;
  }

  #beginning(timeline) {
    const { room } = this.conversation.chat;
    const words = timeline.messages.length ? beginningOf(room) : gettext("No messages yet. Say hello.");
    return html`<div class="beginning"><h2 dir="auto">${nameOf(room)}</h2><p>${words}</p></div>`;
  }

  // Unread messages that fit on the screen need no hint: they are read in a moment.
  #pill() {
    const { conversation, atEnd, isPast } = this;
    if (!conversation.unread || (!conversation.reading.held && (atEnd || !isPast))) return nothing;
    return unreadPill(conversation, () => this.#markRead());
  }

  // The pressed button disappears.
  #markRead() {
    this.conversation.markRead();
    this.dispatchEvent(new Event("write", { bubbles: true }));
  }

  #button({ complete, known }) {
    if (!known || (this.atEnd && complete)) return nothing;
    const { chat, thread } = this.conversation;
    const unread = thread === null && chat.room?.unread;
    const words = unread ? gettext("New messages") : gettext("Latest messages");
    return html`<button type="button" class="latest ${unread ? "unread" : ""}" @click=${this.#toEnd}>
      ${downIcon}${words}</button>`;
  }

  #latest() {
    const { reading } = this.conversation;
    reading.arriving = false;
    reading.goOn();
    this.#scroll.stick();
    if (!this.conversation.timeline.complete) this.conversation.latest();
  }

  async #jump(id) {
    this.#scroll.release();
    this.conversation.fold({ id }, true);
    this.requestUpdate();
    await this.updateComplete;
    const article = this.querySelector(`article[data-id="${id}"]`);
    if (article) this.#scroll.show(article);
  }

  // The pressed button disappears, so the focus moves to the message.
  async #showFolded({ id }) {
    this.conversation.chat.blocks.unfold(id);
    await this.updateComplete;
    this.querySelector(`article[data-id="${id}"]`)?.focus();
  }

  // Keeps a message in view when it is folded again. `scrolled` is how far the browser scrolled inside the fold.
  async #foldText(message, isOpen, scrolled = 0) {
    this.#scroll.release();
    this.conversation.fold(message, isOpen);
    await this.updateComplete;
    this.querySelector(".log").scrollTop += scrolled;
    if (!isOpen) this.querySelector(`article[data-id="${message.id}"]`)?.scrollIntoView({ block: "nearest" });
  }

  // Opens the menu of the focused message.
  openMenu(article) {
    this.#openTools("menu", { id: Number(article.dataset.id) }, article);
  }

  // Meanwhile a pointer over another message must not move the tools there.
  async #openTools(what, { id }, anchor) {
    this.isOpening = true;
    this.pointed = id;
    try {
      await this.updateComplete;
      const tools = this.querySelector("message-tools");
      await tools?.updateComplete;
      await (what === "picker" ? tools?.openPicker(anchor) : tools?.openMenu(anchor));
    } finally {
      this.isOpening = false;
    }
  }
}

// The stretch where the reader arrives: the one with the "New" line, or the last.
function arrivalIn(stretches) {
  const line = stretches.findIndex(({ rows }) => rows.some(({ type }) => type === "new"));
  return line < 0 ? stretches.length - 1 : line;
}

function skeleton() {
  return html`<div class="skeleton" role="status"><span class="visually-hidden">${gettext("Loading…")}</span>
    ${[1, 2, 3, 4, 5, 6].map(() => html`<i></i>`)}</div>`;
}

function beginningOf(room) {
  if (room.people) return gettext("This is the beginning of your conversation.");
  const name = html`<bdi>${room.kind === "public" ? "#" : ""}${room.name}</bdi>`;
  return sentence(gettext("This is the beginning of %(room)s."), { room: name });
}

customElements.define("message-log", MessageLog);
