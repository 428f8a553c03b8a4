import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";
import { archiveIcon, megaphoneIcon, stopIcon } from "./icons.js";

// Special states of a room, each with an icon.
export function roomMarks({ archived, locked, read_only: readOnly }) {
  return [
    archived && { icon: archiveIcon, words: gettext("Archived: you can read it, but nothing in it can be changed.") },
    locked && { icon: stopIcon, words: gettext("Locked: only moderators can post for now.") },
    readOnly && { icon: megaphoneIcon, words: gettext("Announcements only: just moderators can post.") },
  ].filter(Boolean);
}

// The same as small icons beside the name.
export function smallMarks(room) {
  return roomMarks(room).map(
    ({ icon, words }) => html`<span class="room-mark" title=${words}>${icon}
    <span class="visually-hidden">${words}</span></span>`,
  );
}
