import { html } from "../vendor/lit.js";

// Shape of a user's status: full, hollow, with a bar, a ring. Text beside it says the same.
export function dot(shape) {
  return html`<span class="dot ${shape}"></span>`;
}
