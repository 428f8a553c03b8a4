import { html } from "../vendor/lit.js";

const TINTS = 12; // as many as css/people.css has

export function initialsOf(name) {
  const words = name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [name];
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...words[0]].slice(0, 2);
  return letters.join("").toUpperCase();
}

// `content` may be the dot of the person's status.
export function avatar(user, size, content) {
  return html`<span class="avatar ${size}" data-tint=${user.id % TINTS} aria-hidden="true"
    >${initialsOf(user.name)}${content}</span>`;
}
