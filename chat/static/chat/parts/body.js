import { trusted } from "../lib/trusted-html.js";
import { guard, html } from "../vendor/lit.js";
import { withButtons } from "./spoilers.js";
import { linked } from "./text.js";

// The text of a message. The server builds and sanitises `html` (chat/markdown), and no other HTML is ever inserted. A
// pending message has none, and is shown as typed.

export function blockOf({ html: safe, body }) {
  if (safe) return html`<div class="body" dir="auto" .innerHTML=${inserted(safe)}></div>`;
  return html`<div class="body" dir="auto"><p>${linked(body)}</p></div>`;
}

export function lineOf({ html: safe, body }) {
  if (safe) return html`<span class="body" dir="auto" .innerHTML=${inserted(safe)}></span>`;
  return html`<span class="body" dir="auto">${linked(body)}</span>`;
}

export const inserted = (safe) => guard([safe], () => trusted(withButtons(safe)));
