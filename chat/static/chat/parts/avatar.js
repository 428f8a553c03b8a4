import { html, nothing } from "../vendor/lit.js";

const TINTS = 12; // the number in css/people.css

export function initialsOf(name) {
  const words = name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [name];
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...words[0]].slice(0, 2);
  return letters.join("").toUpperCase();
}

// No initials are left of a deleted account.
const NOBODY = "–";

// Initials show until the picture is loaded, or if it fails. `content` may be the status dot.
export function avatar(user, size, content) {
  const { id, name, picture, deleted } = user;
  return html`<span class="avatar ${size}" data-tint=${deleted ? nothing : id % TINTS} aria-hidden="true"
    >${deleted ? NOBODY : initialsOf(name)}${picture ? imageOf(picture) : nothing}${content}</span>`;
}

function imageOf(picture) {
  return html`<img src=${picture} alt="" width="256" height="256" loading="lazy" decoding="async">`;
}
