import { gettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";

// Link to the next page of a list; `older` is empty if there is none.
export function olderOf(older, failed, load, words = gettext("Older")) {
  if (!older) return nothing;
  return html`<p class="note">${failed ? html`<span role="alert">${gettext("Couldn’t load.")}</span> ` : nothing}
    <button type="button" class="link" data-act="older" @click=${load}>${words}</button></p>`;
}
