import { html, nothing } from "../vendor/lit.js";
import { gettext, interpolate } from "../words.js";

// What a message quotes. It leads there.
export function quoteOf({ quote }, chat) {
  if (!quote) return nothing;
  if (quote.deleted) return html`<p class="quote" data-quote=${quote.id}><em>${gettext("A deleted message")}</em></p>`;
  const words = interpolate(gettext("Show what %(name)s said"), { name: quote.author.name });
  return html`<button type="button" class="quote" data-quote=${quote.id} title=${words}
    @click=${() => chat.lead(quote)}>${excerpt(quote)}</button>`;
}

export function excerpt({ author, body }) {
  return html`<b><bdi>${author.name}</bdi></b> <span dir="auto">${body}</span>`;
}
