import { gettext, interpolate } from "../lib/i18n.js";
import { agoOf, timestampOf } from "../lib/times.js";
import { dotOf, groupOf } from "../rules/presence-groups.js";
import { html, nothing } from "../vendor/lit.js";
import { avatar } from "./avatar.js";
import { roleMark } from "./role.js";
import { statusText } from "./status.js";
import { dot } from "./status-dot.js";

// A member in the sidebar. `tabindex`: the Tab key reaches one of them, arrow keys the others.
export function personRow(person, { isMe, tabindex }) {
  const { name, username, status } = person;
  const group = groupOf(person);
  const shape = dotOf(person);
  const mark = group === "here" && shape === "online" ? nothing : dot(shape); // the ring shows it
  return html`<li class="person" data-user=${username} data-status=${group}>
    <button type="button" tabindex=${tabindex} aria-haspopup="dialog" @click=${open(person)}>
      ${avatar(person, "s", mark)}
      <span class="who"><b title=${name}><bdi>${name}</bdi></b>
        ${isMe ? html`<i>${gettext("(you)")}</i>` : nothing}
        ${roleMark(person)}
        ${status?.emoji ? html`<i class="emoji">${status.emoji}</i>` : nothing}
        ${under(person, group)}</span></button></li>`;
}

// Opens a user's card from a clicked element.
export function open(user) {
  return ({ currentTarget }) => currentTarget.dispatchEvent(new CustomEvent("person", { detail: user, bubbles: true }));
}

function under(person, group) {
  const { name, username, status, deleted } = person;
  const handle = deleted || name === username ? null : html`<bdi dir="ltr">@${username}</bdi>`;
  const text = status?.text ? html`<bdi title=${statusText(status)}>${status.text}</bdi>` : null;
  const parts = [handle, ...wordsOf(person, group), text].filter(Boolean);
  if (!parts.length) return nothing;
  return html`<small>${parts.map((part, index) => (index ? html` · ${part}` : part))}</small>`;
}

// Details that the group does not show.
export function wordsOf({ dnd, away, hidden, last_seen: seen }, group) {
  return [
    hidden ? gettext("invisible") : null,
    dnd && group !== "offline" ? gettext("do not disturb") : null,
    away && !dnd && group === "here" ? gettext("away") : null,
    group === "offline" && seen ? lastSeen(seen) : null,
  ];
}

function lastSeen(seen) {
  const date = new Date(seen);
  const words = interpolate(gettext("Last seen: %(time)s"), { time: timestampOf(date) });
  return html`<time datetime=${seen} title=${words}><span class="visually-hidden">${gettext("last seen")}</span>
    ${agoOf(date)}</time>`;
}
