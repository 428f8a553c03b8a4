import { html, nothing } from "../vendor/lit.js";
import { timeOf, timestampOf } from "../times.js";
import { gettext, interpolate } from "../words.js";
import { avatar } from "./avatar.js";
import { linked } from "./text.js";

const CONTENTS = { text, action, notice };

// One message of the log. `outbox` takes what the person decides about one that the server refused.
export function messageRow({ message, date, next }, outbox) {
  const { id, kind, author, position, failed } = message;
  const isPending = position === undefined && !failed;
  return html`<article class="message ${next ? "next" : ""}" data-kind=${kind} data-author=${author.username}
    data-id=${id ?? nothing} data-position=${position ?? nothing} ?data-pending=${isPending} ?data-failed=${failed}
    >${CONTENTS[kind](message, date)}${failed ? refusal(message, outbox) : nothing}</article>`;
}

function text({ author, ...message }, date) {
  return html`${avatar(author, "")}
    <div class="by"><b dir="auto">${author.name}</b>${handle(author)}${when(date)}</div>
    ${block(message)}`;
}

function action({ author, ...message }, date) {
  const who = html`<b title="@${author.username}"><bdi>${author.name}</bdi></b>`;
  return html`<span class="star" aria-hidden="true">*</span>
    <p>${who} ${line(message)} ${when(date)}</p>`;
}

function notice(message, date) {
  return html`<p>${line(message)} ${when(date)}</p>`;
}

// `html` is made and sanitised by the server (chat/markdown.py), and is all the HTML that is ever inserted. What is still
// on its way has none, and is shown as it was typed.
function block({ html: safe, body }) {
  if (safe) return html`<div class="body" dir="auto" .innerHTML=${safe}></div>`;
  return html`<div class="body" dir="auto"><p>${linked(body)}</p></div>`;
}

function line({ html: safe, body }) {
  if (safe) return html`<span class="body" dir="auto" .innerHTML=${safe}></span>`;
  return html`<span class="body" dir="auto">${linked(body)}</span>`;
}

// A display name is anyone's to choose, a username is not.
function handle({ name, username }) {
  return name === username ? nothing : html`<span class="handle" dir="ltr">@${username}</span>`;
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
