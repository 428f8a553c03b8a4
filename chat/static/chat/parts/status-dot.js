import { html } from "../vendor/lit.js";

// The shape of somebody's status: full, hollow, with a bar, a ring. Words beside it say the same.
export function dot(shape) {
  return html`<span class="dot ${shape}"></span>`;
}
