import { html } from "../vendor/lit.js";
import { gettext } from "../lib/i18n.js";
import "../elements/long-text.js";

const CHARACTERS = 600; // fewer, on fewer lines, are never higher than twenty lines
const BREAKS = 12;

export const mayBeLong = ({ body }) => body.length > CHARACTERS || body.split("\n", BREAKS + 1).length > BREAKS;

// A text that is folded after twenty lines. `view` says whether this one is open, and `fold(message, isOpen)` changes that.
export function longText(message, content, { isOpen, fold }) {
  const toggle = () => fold(message, !isOpen);
  const look = ({ target, currentTarget }) => {
    if (currentTarget.hides(target)) fold(message, true);
  };
  return html`<long-text class="said" ?data-open=${isOpen} @focusin=${look}>${content}
    <button type="button" class="link more-text" aria-expanded=${isOpen ? "true" : "false"} @click=${toggle}
      >${isOpen ? gettext("Show less") : gettext("Show more")}</button></long-text>`;
}
