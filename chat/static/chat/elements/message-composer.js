import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { isComposing, isSend } from "../lib/keys.js";
import { LONGEST } from "../models/drafts.js";
import { TypingSignal } from "../models/typing.js";
import { closeIcon, formatIcon, sendIcon } from "../parts/icons.js";
import { excerpt } from "../parts/quote.js";
import { isBlank } from "../rules/blank-text.js";
import { nameOf } from "../rules/room-name.js";
import { readCommand } from "../rules/slash-commands.js";
import { html, nothing } from "../vendor/lit.js";
import { grow } from "./autogrow.js";
import { formats } from "./formatting.js";
import { LightElement } from "./light-element.js";
import "./formatting-dialog.js";
import "./mention-list.js";
import "./posting-blocked-note.js";
import "./slow-mode-note.js";
import "./typing-line.js";

const WARN = 200; // characters left when the counter appears
const PAGES = { PageUp: -1, PageDown: 1 };

// Field for new messages. Enter sends. A message that cannot be sent yet waits in the outbox, so the field is never
// disabled for that. Each conversation has its own element.
export class MessageComposer extends LightElement {
  static properties = { conversation: { attribute: false }, left: { state: true }, unknown: { state: true } };
  #signal = null;
  #quoting = null;
  #postingBlock = null; // the reason why the user cannot post
  #wasSilent = false;
  #hadFocus = false; // at the start of the block

  #elsewhere = ({ detail }) => this.#changedElsewhere(detail);

  constructor() {
    super();
    this.left = null; // characters left; null: enough
    this.unknown = null; // the unknown command
  }

  connectedCallback() {
    super.connectedCallback();
    this.#drafts.addEventListener("elsewhere", this.#elsewhere);
  }

  willUpdate() {
    const { conversation } = this;
    const { chat, room, thread } = conversation;
    this.follow(conversation, chat, chat.rooms);
    this.#signal ??= new TypingSignal(chat.socket, { room, thread: thread ?? undefined });
    const { postingBlock } = chat.acts;
    if (postingBlock && !this.#postingBlock) this.#hadFocus = this.contains(document.activeElement);
    this.#postingBlock = postingBlock;
    this.#wasSilent ||= postingBlock !== null;
    if (postingBlock) this.#signal.ended();
    if (this.#textarea) this.#measure(this.#textarea.value); // the limit comes with the connection
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#drafts.removeEventListener("elsewhere", this.#elsewhere);
    this.#signal?.ended();
  }

  render() {
    const words = this.#words;
    const { thread } = this.conversation;
    const note = thread === null ? "composer-note" : "thread-note";
    return html`<typing-line .conversation=${this.conversation}></typing-line>${this.#quoted()}
      <posting-blocked-note .chat=${this.conversation.chat} .isKept=${!isBlank(this.#draft)}></posting-blocked-note>
      <form class="composer" ?hidden=${this.#postingBlock} ?data-over=${this.left < 0} @submit=${this.#submit}>
      <mention-list .conversation=${this.conversation}></mention-list>
      <textarea id=${thread === null ? "message-field" : nothing} name="body" rows="1" dir="auto" maxlength=${LONGEST}
        placeholder=${words} aria-label=${words} aria-autocomplete="list" aria-describedby=${note} enterkeyhint="send"
        @input=${this.#typed} @keydown=${this.#key}></textarea>
      <button type="button" class="tool format" aria-label=${gettext("Formatting")} title=${gettext("Formatting")}
        aria-haspopup="dialog" @click=${this.#help}>${formatIcon}</button>
      <button class="send" aria-label=${gettext("Send")} title=${gettext("Send")}>${sendIcon}</button></form>
      <slow-mode-note .conversation=${this.conversation}></slow-mode-note>
      <p id=${note} class="composer-note" role="status" ?data-over=${this.left < 0}>${this.#note()}</p>
      <formatting-dialog></formatting-dialog>`;
  }

  firstUpdated() {
    this.#textarea.value = this.#draft;
    this.#shown();
    this.focus();
  }

  // On a touch screen the focus would open the keyboard over the conversation.
  focus() {
    if (!matchMedia("(pointer: coarse)").matches) this.#textarea?.focus();
  }

  // Focuses the field at the user's request, even if a keyboard opens.
  write() {
    if (this.#postingBlock) this.parentElement.querySelector(".log")?.focus();
    else this.#textarea?.focus();
  }

  updated() {
    this.#resume();
    if (this.#quoting === this.conversation.quoting) return;
    this.#quoting = this.conversation.quoting;
    if (this.#quoting) this.#textarea.focus();
  }

  // Posting is possible again: restores the focus, unless it moved elsewhere. A hidden field has no height to measure.
  #resume() {
    if (this.#postingBlock || !this.#wasSilent) return;
    this.#wasSilent = false;
    grow(this.#textarea);
    if (this.#hadFocus && document.activeElement === document.body) this.focus();
  }

  get #textarea() {
    return this.querySelector("textarea");
  }

  get #mentions() {
    return this.querySelector("mention-list");
  }

  get #place() {
    const { room, thread } = this.conversation;
    return thread === null ? `${room}` : `${room}:${thread}`;
  }

  get #drafts() {
    return this.conversation.chat.drafts;
  }

  get #draft() {
    return this.#drafts.of(this.#place);
  }

  get #words() {
    const { chat, thread } = this.conversation;
    if (thread !== null) return gettext("Reply");
    const name = chat.room?.kind === "public" ? `#${chat.room.name}` : nameOf(chat.room);
    return interpolate(gettext("Message %(room)s"), { room: name });
  }

  #quoted() {
    const { quoting } = this.conversation;
    if (!quoting) return nothing;
    const words = gettext("Remove quote");
    return html`<div class="quoting" data-quote=${quoting.id}><p class="quote">${excerpt(quoting)}</p>
      <button type="button" class="tool" aria-label=${words} title=${words} @click=${this.#unquote}
        >${closeIcon}</button></div>`;
  }

  #note() {
    if (this.#postingBlock) return nothing;
    if (this.unknown !== null) return this.#notUnderstood();
    if (this.left === null) {
      return html`<span class="hint">${gettext("Enter to send, Shift + Enter for a new line")}</span>`;
    }
    const count = Math.abs(this.left);
    const words =
      this.left < 0
        ? ngettext("%(count)s character too long", "%(count)s characters too long", count)
        : ngettext("%(count)s character left", "%(count)s characters left", count);
    return interpolate(words, { count });
  }

  // Text that looks like a command is never posted by mistake.
  #notUnderstood() {
    const { unknown: command } = this;
    const words =
      command.toLowerCase() === "me"
        ? gettext("Write something after /%(command)s.")
        : gettext("Unknown command /%(command)s. To post it as text, start with two slashes.");
    return html`<span data-unknown=${command}>${interpolate(words, { command })}
      <button type="button" class="link" data-act="post" @click=${() => this.#post("text", this.#textarea.value)}
        >${gettext("Send as message")}</button></span>`;
  }

  // Another tab sent the draft, or continued it. Text typed here since then stays.
  #changedElsewhere({ place, before, now }) {
    if (place !== this.#place || this.#textarea?.value !== before) return;
    this.#textarea.value = now;
    this.#shown();
  }

  #typed = () => {
    this.#written();
    this.#mentions.follow(this.#textarea);
    if (!isBlank(this.#textarea.value)) this.#signal.typed();
    else this.#signal.ended();
  };

  #written() {
    this.#drafts.keep(this.#place, this.#textarea.value);
    this.#shown();
  }

  #shown() {
    this.unknown = null;
    this.#measure(this.#textarea.value);
    grow(this.#textarea);
  }

  #key = (event) => {
    if (isComposing(event) || this.#mentions.takes(event) || formats(event, this.#textarea)) return;
    if (isSend(event)) {
      event.preventDefault();
      this.#submit(event);
    } else if (PAGES[event.key] && !this.#scrolls && !event.shiftKey) {
      event.preventDefault();
      this.conversation.turn(PAGES[event.key]);
    } else if (event.key === "ArrowUp" && !event.altKey && !this.#textarea.value) {
      event.preventDefault();
      this.conversation.editLatest();
    } else if (event.key === "Escape" && this.conversation.quoting) {
      event.stopPropagation();
      this.#unquote();
    }
  };

  #help = () => this.querySelector("formatting-dialog").open();

  #unquote = () => {
    this.conversation.quote(null);
    this.#textarea.focus();
  };

  #submit = (event) => {
    event.preventDefault();
    const { value } = this.#textarea;
    if (isBlank(value) || this.left < 0) return;
    const { command, kind, body } = readCommand(value);
    if (command === undefined) this.#post(kind, body);
    else this.unknown = command;
  };

  #post(kind, body) {
    this.#signal.ended();
    this.#mentions.close();
    this.conversation.post(kind, body);
    this.#textarea.value = "";
    this.#written();
    this.#textarea.focus();
  }

  get #scrolls() {
    return this.#textarea.scrollHeight > this.#textarea.clientHeight;
  }

  // The server counts characters, JavaScript counts UTF-16 units, so the exact count is made only near the limit.
  #measure(value) {
    const limit = this.conversation.chat.limits.body_length ?? Infinity;
    const left = value.length < limit - WARN ? null : limit - [...value].length;
    this.left = left === null || left > WARN ? null : left;
  }
}

customElements.define("message-composer", MessageComposer);
