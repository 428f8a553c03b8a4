import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";

export function foldedText() {
  return gettext("Message from a person you blocked");
}

// Placeholder of a folded message. The Tab key reaches its button, like the others, once the message has the focus.
export function folded(message, { isPointedAt, unfold }) {
  return html`<p class="tombstone">${foldedText()}
    <button type="button" class="link" data-act="unfold" tabindex=${isPointedAt ? 0 : -1} @click=${() => unfold(message)}
      >${gettext("Show")}</button></p>`;
}
