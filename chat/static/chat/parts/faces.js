import { html } from "../vendor/lit.js";
import { gettext } from "../words.js";
import { avatar } from "./avatar.js";
import { sign } from "./sign.js";

// What stands before a room's name. Before a direct conversation's: whom it is with, or of several people how many.
export function signOf(room) {
  if (!room.people) return sign(room);
  return html`<span class="direct-face">${face(room)}<span class="visually-hidden">${gettext("direct")}</span></span>`;
}

function face({ people }) {
  if (people.length === 1) return avatar(people[0], "xs");
  const sum = people.length ? people.length + 1 : "✎";
  return html`<span class="avatar xs many" aria-hidden="true">${sum}</span>`;
}
