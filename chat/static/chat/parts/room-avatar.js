import { gettext } from "../lib/i18n.js";
import { wordOf } from "../rules/presence-groups.js";
import { html, nothing } from "../vendor/lit.js";
import { avatar } from "./avatar.js";
import { sign } from "./room-sign.js";
import { dot } from "./status-dot.js";

// Picture before a room's name. A direct conversation shows the partner, or the number of people if there are several.
// `mark` lies on the partner's picture.
export function signOf(room, mark = nothing, words = gettext("direct")) {
  if (!room.people) return sign(room);
  return html`<span class="direct-face">${face(room, mark)}<span class="visually-hidden">${words}</span></span>`;
}

// The same with the partner's presence, from the list of rooms.
export function signWithState(room, partners) {
  const state = partners.in(room);
  return state ? signOf(room, dot(state), `${gettext("direct")}, ${wordOf(state)}`) : signOf(room);
}

function face({ people }, mark) {
  if (people.length === 1) return avatar(people[0], "xs", mark);
  const sum = people.length ? people.length + 1 : "✎";
  return html`<span class="avatar xs many" aria-hidden="true">${sum}</span>`;
}
