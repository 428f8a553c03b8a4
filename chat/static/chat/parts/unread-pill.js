import { gettext, interpolate, ngettext } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { html, nothing } from "../vendor/lit.js";
import { upIcon } from "./icons.js";

const MOST = 1000; // the server counts no further

// Unread count above a conversation: scrolls to the first unread message, or marks all as read.
export function unreadPill(conversation, markRead) {
  return html`<div class="pill"><button type="button" data-act="to-unread" @click=${() => conversation.toUnread()}
      >${wordsFor(conversation)}${conversation.reading.isWhole ? nothing : upIcon}</button><button type="button" data-act="read" @click=${markRead}
      >${gettext("Mark as read")}${conversation.thread === null ? html`<kbd>Esc</kbd>` : nothing}</button></div>`;
}

function wordsFor({ unread, firstUnread, reading }) {
  const count = unread < MOST ? unread.toLocaleString() : `${MOST.toLocaleString()}+`;
  if (!reading.isWhole || !firstUnread) return interpolate(gettext("%(count)s new"), { count });
  const time = momentOf(new Date(firstUnread.created_at));
  return interpolate(ngettext("%(count)s new since %(time)s", "%(count)s new since %(time)s", unread), { count, time });
}
