import { gettext, interpolate } from "../lib/i18n.js";
import { fullName } from "../rules/full-name.js";
import { previewOf } from "../rules/previews.js";
import { html, nothing } from "../vendor/lit.js";
import { foldedText } from "./folded.js";

// The quoted message, as a link to it.
export function quoteOf({ quote }, chat) {
  if (!quote) return nothing;
  if (quote.deleted) return html`<p class="quote" data-quote=${quote.id}><em>${gettext("Deleted message")}</em></p>`;
  const isFolded = chat.blocks.has(quote.author.id);
  const words = interpolate(gettext("Show what %(name)s said"), { name: fullName(quote.author) });
  return html`<button type="button" class="quote" data-quote=${quote.id} title=${isFolded ? nothing : words}
    @click=${() => chat.lead(quote)}>${isFolded ? html`<em>${foldedText()}</em>` : excerpt(quote)}</button>`;
}

export function excerpt(message) {
  return html`<b><bdi>${fullName(message.author)}</bdi></b> <span dir="auto">${previewOf(message)}</span>`;
}
