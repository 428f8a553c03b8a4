import { gettext, interpolate } from "../lib/i18n.js";
import { timeOf, timestampOf } from "../lib/times.js";
import { avatar } from "../parts/avatar.js";
import { blockOf, lineOf } from "../parts/body.js";
import { folded } from "../parts/folded.js";
import { moreIcon, pinIcon } from "../parts/icons.js";
import { comingsOf, noticeOf } from "../parts/notices.js";
import { open } from "../parts/person.js";
import { quoteOf } from "../parts/quote.js";
import { reactionsOf } from "../parts/reactions.js";
import { repliesTo } from "../parts/replies.js";
import { sentence } from "../parts/sentence.js";
import { fullName } from "../rules/full-name.js";
import { tells } from "../rules/mentions.js";
import { html, nothing } from "../vendor/lit.js";
import { longText, mayBeLong } from "./long-text.js";
import "./message-editor.js";
import "./message-tools.js";

const CONTENTS = { text, action, notice };
const TOUCH = matchMedia("(pointer: coarse)").matches; // no pointer: a button opens the actions

// Row of one message in a log. `view` is the log: its chat and conversation, the messages that are active, edited,
// folded or open, `open(what, message, anchor)`, `unfold(message)` and `fold(message, isOpen)`.
export function messageRow({ message, date, next }, view) {
  const { id, kind, author, position, failed, deleted, edited_at: edited, pinned } = message;
  if (view.isFolded) return foldedRow(message, view);
  const isPending = position === undefined && !failed;
  const shown = deleted ? tombstone : CONTENTS[kind];
  const isNext = next && !view.chat.blocks.has(author.id); // the row above may be folded, with its author's name
  return html`<article class="message ${isNext ? "next" : ""}" tabindex="-1" data-kind=${kind}
    data-author=${author.username} data-id=${id ?? nothing} data-position=${position ?? nothing}
    aria-label=${`${author.name}, ${timeOf(date)}`} ?data-pending=${isPending} ?data-failed=${failed}
    ?data-deleted=${deleted} ?data-edited=${edited} ?data-editing=${view.isEdited}
    ?data-pinned=${pinned} ?data-told=${tellsMe(message, view)}>${shown(message, date, view)}
    ${deleted ? nothing : reactionsOf(message, view)}${repliesTo(message, view)}
    ${failed ? refusal(message, view.chat.outbox) : tools(message, view)}</article>`;
}

function foldedRow(message, view) {
  const { id, kind, position } = message;
  return html`<article class="message" tabindex="-1" data-kind=${kind} data-id=${id} data-position=${position} data-folded
    >${folded(message, view)}${repliesTo(message, view)}</article>`;
}

// Row of consecutive notices about members who joined or left.
export function comingsRow({ messages, message, date }) {
  return html`<article class="message" tabindex="-1" data-kind="notice" data-position=${message.position}
    data-comings=${messages.length}><p><span class="body">${comingsOf(messages)}</span> ${when(date)}</p></article>`;
}

function text(message, date, view) {
  return html`${face(message)}${by(message, date, view)}${pin(message)}${quoteOf(message, view.chat)}
    ${view.isEdited ? editor(message, view) : said(message, view)}`;
}

function action(message, date, view) {
  const who = name(message, view);
  const line = html`<p>${who} ${lineOf(message)} ${edited(message)} ${unsaved(message, view)} ${when(date)}</p>`;
  const folding = mayBeLong(message) ? longText(message, line, view) : line;
  return html`<span class="star" aria-hidden="true">*</span>${pin(message)}${quoteOf(message, view.chat)}
    ${view.isEdited ? editor(message, view) : folding}`;
}

function notice(message, date, view) {
  if (view.isEdited) return editor(message, view);
  const own = noticeOf(message);
  return html`<p>${own ? html`<span class="body">${own}</span>` : lineOf(message)} ${when(date)}</p>`;
}

function tombstone(message, date, view) {
  const at = timestampOf(new Date(message.deleted.at));
  if (message.kind === "notice") return html`<p class="tombstone" title=${at}>${deletion(message)} ${when(date)}</p>`;
  return html`${face(message)}${by(message, date, view)}<p class="tombstone" title=${at}>${deletion(message)}</p>`;
}

function deletion({ author, deleted: { by } }) {
  if (by?.id === author.id) return gettext("This message was deleted.");
  if (!by) return gettext("This message was deleted by an administrator.");
  return sentence(gettext("This message was deleted by a moderator, %(name)s."), {
    name: html`<bdi>${fullName(by)}</bdi>`,
  });
}

function by(message, date, view) {
  return html`<div class="by">${name(message, view)}${handle(message.author)}${when(date)}</div>`;
}

// Picture and name open the author's card. The Tab key reaches the name only in the focused message, since there are
// too many.
function face({ author }) {
  return html`<span class="face" @click=${open(author)}>${avatar(author, "")}</span>`;
}

function name({ author }, { isPointedAt }) {
  return html`<button type="button" class="name" title=${author.deleted ? nothing : `@${author.username}`} aria-haspopup="dialog"
    tabindex=${isPointedAt ? 0 : -1} @click=${open(author)}><bdi>${author.name}</bdi></button>`;
}

function said(message, view) {
  const content = html`${blockOf(message)} ${edited(message)} ${unsaved(message, view)}`;
  return mayBeLong(message) ? longText(message, content, view) : html`<div class="said">${content}</div>`;
}

function edited(message) {
  if (!message.edited_at) return nothing;
  const ask = ({ currentTarget }) =>
    currentTarget.dispatchEvent(new CustomEvent("history", { detail: message, bubbles: true }));
  return html`<button type="button" class="edited" title=${timestampOf(new Date(message.edited_at))} @click=${ask}
    >${gettext("(edited)")}</button>`;
}

// Link back to an edit that was started and not saved.
function unsaved({ id }, { conversation, hasEdit }) {
  if (!hasEdit) return nothing;
  return html`<button type="button" class="edited unsaved" @click=${() => conversation.edit(id)}
    >${gettext("Unsaved edit")}</button>`;
}

function pin({ pinned }) {
  if (!pinned) return nothing;
  const by = html`<bdi>${pinned.by ? fullName(pinned.by) : "?"}</bdi>`;
  return html`<p class="pinned">${pinIcon}<span>${sentence(gettext("Pinned by %(name)s"), { name: by })}</span></p>`;
}

function editor(message, { conversation }) {
  return html`<message-editor .conversation=${conversation} .message=${message}></message-editor>`;
}

function tools(message, { conversation, isPointedAt, isEdited, open }) {
  if (isEdited || !conversation.chat.acts.mayAct(message)) return nothing;
  const here = html`<message-tools aria-live="off" .conversation=${conversation} .message=${message}></message-tools>`;
  return html`${TOUCH ? opener(message, open) : nothing}${isPointedAt ? here : nothing}`;
}

function opener(message, open) {
  const words = gettext("Message actions");
  return html`<button type="button" class="acts" aria-label=${words} aria-haspopup="menu"
    @click=${({ currentTarget }) => open("menu", message, currentTarget)}>${moreIcon}</button>`;
}

// In a thread, every reply notifies its participants.
function tellsMe(message, { chat, conversation }) {
  const { id } = message.author;
  const isOther = id !== chat.me.id && !chat.blocks.has(id);
  return conversation.thread === null && isOther && tells(message, chat.me);
}

// A display name can be chosen freely, a username cannot.
function handle({ name, username, deleted }) {
  return deleted || name === username ? nothing : html`<span class="handle" dir="ltr">@${username}</span>`;
}

function when(date) {
  return html`<time datetime=${date.toISOString()} title=${timestampOf(date)}>${timeOf(date)}</time>`;
}

function refusal({ client_id, failed }, outbox) {
  const words = interpolate(gettext("Not sent: %(reason)s"), { reason: failed });
  return html`<p class="refusal" role="alert"><span>${words}</span>
    <button type="button" @click=${() => outbox.again(client_id)}>${gettext("Try again")}</button>
    <button type="button" @click=${() => outbox.discard(client_id)}>${gettext("Discard")}</button></p>`;
}
