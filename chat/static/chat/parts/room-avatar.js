import { gettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";
import { avatar } from "./avatar.js";
import { sign } from "./room-sign.js";

// What stands before a room's name. Before a direct conversation's: whom it is with, or of several people how many.
// `mark` lies on the picture of the one it is with.
export function signOf(room, mark = nothing) {
  if (!room.people) return sign(room);
  return html`<span class="direct-face">${face(room, mark)}<span class="visually-hidden">${gettext("direct")}</span></span>`;
}

function face({ people }, mark) {
  if (people.length === 1) return avatar(people[0], "xs", mark);
  const sum = people.length ? people.length + 1 : "✎";
  return html`<span class="avatar xs many" aria-hidden="true">${sum}</span>`;
}
