import { gettext } from "../lib/i18n.js";
import { fullName } from "../rules/full-name.js";
import { html, nothing } from "../vendor/lit.js";
import { sign } from "./room-sign.js";
import { sentence } from "./sentence.js";

const TITLES = {
  removed: () => gettext("%(who)s removed you from %(room)s"),
  banned: () => gettext("%(who)s banned you from %(room)s"),
  deleted: () => gettext("%(who)s deleted %(room)s"),
};

// Replacement of a room that the user is no longer in: who ended the membership, and why.
export function gone({ room, how, by, reason }, urls) {
  const who = html`<bdi>${by ? fullName(by) : gettext("An administrator")}</bdi>`;
  const name = room?.name ? html`<span class="name">${sign(room)}<bdi>${room.name}</bdi></span>` : gettext("this room");
  const title = TITLES[how]?.() ?? gettext("You’re no longer a member of this room");
  return html`<div class="gone" role="alert" data-how=${how ?? "left"}><h1>${sentence(title, { who, room: name })}</h1>
    ${reason ? html`<blockquote dir="auto">${reason}</blockquote>` : nothing}<p>${after(how)}</p>
    <p class="buttons">${room && mayComeBack(room, how) ? back(room, urls) : nothing}
      <a class="button" href=${urls.index}>${gettext("All rooms")}</a></p></div>`;
}

function after(how) {
  if (how === "banned") return gettext("You can’t rejoin until the ban ends. Your draft is kept.");
  if (how === "removed") return gettext("Your draft is kept in case you rejoin.");
  return how === "deleted" ? nothing : gettext("You left in another tab, or someone removed you.");
}

function mayComeBack({ kind }, how) {
  return kind === "public" && (!how || how === "removed");
}

function back({ id }, urls) {
  return html`<a class="button quiet" href=${urls.room.replace("/0/", `/${id}/`)}>${gettext("Rejoin")}</a>`;
}
