import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";
import { lockIcon, talkIcon } from "./icons.js";

// Sign before a room's name: its emoji, a number sign, the lock of a private room, or the icon of a direct
// conversation.
export function sign({ kind, emoji }) {
  if (emoji) return html`<span class="sign emoji" aria-hidden="true">${emoji}</span>`;
  if (kind === "public") return html`<span class="sign" aria-hidden="true">#</span>`;
  if (kind === "direct") return told(talkIcon, gettext("direct"));
  return told(lockIcon, gettext("private"));
}

const told = (icon, words) => html`<span class="sign">${icon}<span class="visually-hidden">${words}</span></span>`;
