import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";

const UNREAD_LIMIT = 1000; // the server counts no further

export function unreadText(unread) {
  return unread < UNREAD_LIMIT ? unread.toLocaleString() : `${UNREAD_LIMIT.toLocaleString()}+`;
}

export function hereText(here) {
  return interpolate(ngettext("%(count)s here", "%(count)s here", here), { count: here.toLocaleString() });
}

// Prefix of the page's title: "(@2) " for mentions, "(5) " for unread messages.
export function waitingText({ mentions, unread }) {
  if (mentions) return `(@${unreadText(mentions)}) `;
  return unread ? `(${unreadText(unread)}) ` : "";
}

// Badge beside a room's name: mentions take precedence over unread messages.
export function waitingBadge({ mentions, unread }) {
  if (mentions) {
    const words = ngettext("%(count)s mention of you", "%(count)s mentions of you", mentions);
    return badge("mention", `@${unreadText(mentions)}`, counted(words, mentions));
  }
  return unread ? badge("", unreadText(unread), counted(gettext("%(count)s unread"), unread)) : nothing;
}

export function threadsBadge(threads, icon) {
  if (!threads) return nothing;
  const words = ngettext("%(count)s new reply in your threads", "%(count)s new replies in your threads", threads);
  return badge("threads", html`${icon}${unreadText(threads)}`, counted(words, threads));
}

function counted(words, count) {
  return interpolate(words, { count: unreadText(count) });
}

function badge(kind, count, words) {
  return html`<span class="badge ${kind}" aria-hidden="true">${count}</span> <span class="visually-hidden">${words}</span>`;
}
