import { html } from "../vendor/lit.js";
import { gettext } from "../words.js";
import { lockIcon } from "./icons.js";

// What stands before a room's name: a number sign, or the lock of a private one.
export function sign(room) {
  if (room.kind === "public") return html`<span class="sign" aria-hidden="true">#</span>`;
  return html`<span class="sign">${lockIcon}<span class="visually-hidden">${gettext("private")}</span></span>`;
}
