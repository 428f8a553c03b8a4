import { interpolate, ngettext } from "../words.js";

const UNREAD_LIMIT = 1000; // the server counts no further

export function unreadText(unread) {
  return unread < UNREAD_LIMIT ? unread.toLocaleString() : `${UNREAD_LIMIT.toLocaleString()}+`;
}

export function hereText(here) {
  return interpolate(ngettext("%(count)s here", "%(count)s here", here), { count: here.toLocaleString() });
}
