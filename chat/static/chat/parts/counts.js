import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";

const UNREAD_LIMIT = 1000; // the server counts no further

export function unreadText(unread) {
  return unread < UNREAD_LIMIT ? unread.toLocaleString() : `${UNREAD_LIMIT.toLocaleString()}+`;
}

export function hereText(here) {
  return interpolate(ngettext("%(count)s here", "%(count)s here", here), { count: here.toLocaleString() });
}

// What stands before a page's title: "(@2) " where somebody means the reader, "(5) " where something is unread.
export function waitingText({ mentions, unread }) {
  if (mentions) return `(@${unreadText(mentions)}) `;
  return unread ? `(${unreadText(unread)}) ` : "";
}

// The same beside a room's name: what tells the reader outweighs what is unread.
export function waitingBadge({ mentions, unread }) {
  if (mentions) return badge("mention", `@${unreadText(mentions)}`, gettext("mentions of you"));
  return unread ? badge("", unreadText(unread), gettext("unread")) : nothing;
}

export function threadsBadge(threads, icon) {
  if (!threads) return nothing;
  return badge("threads", html`${icon}${unreadText(threads)}`, gettext("new replies in your threads"));
}

function badge(kind, count, words) {
  return html`<span class="badge ${kind}">${count}</span> <span class="visually-hidden">${words}</span>`;
}
