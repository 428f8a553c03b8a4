import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";

export function foldedText() {
  return gettext("Message from a person you blocked");
}

// In place of the message. Like its other buttons, this one is reached by the Tab key once the message has the focus.
export function folded(message, { isPointedAt, unfold }) {
  return html`<p class="tombstone">${foldedText()}
    <button type="button" class="link" data-act="unfold" tabindex=${isPointedAt ? 0 : -1} @click=${() => unfold(message)}
      >${gettext("Show")}</button></p>`;
}
