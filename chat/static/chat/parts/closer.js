import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";
import { closeIcon } from "./icons.js";

// Button that closes a drawer, if its element is one.
export function closer(element) {
  const close = () => element.dispatchEvent(new Event("close", { bubbles: true }));
  return html`<button type="button" class="tool only-drawer" aria-label=${gettext("Close")} @click=${close}>
    ${closeIcon}</button>`;
}
