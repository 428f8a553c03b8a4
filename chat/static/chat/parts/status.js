import { gettext, interpolate } from "../lib/i18n.js";
import { momentOf } from "../lib/times.js";
import { html, nothing } from "../vendor/lit.js";

export function statusText({ emoji, text }) {
  return [emoji, text].filter(Boolean).join(" ");
}

export function untilText(until) {
  return interpolate(gettext("until %(time)s"), { time: momentOf(new Date(until)) });
}

// A user's custom status, with the time when it ends.
export function customStatus({ emoji, text, until }) {
  return html`<p class="status">${emoji ? html`<i>${emoji}</i>` : nothing}<span dir="auto">${text}</span>
    ${until ? html`<small>${untilText(until)}</small>` : nothing}</p>`;
}
