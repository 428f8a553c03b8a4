import { addressesIn } from "../rules/addresses.js";
import { html } from "../vendor/lit.js";

// Plain text, with web addresses as links.
export function linked(text) {
  const parts = [];
  let last = 0;
  for (const { start, end } of addressesIn(text)) {
    parts.push(text.slice(last, start), link(text.slice(start, end)));
    last = end;
  }
  return [...parts, text.slice(last)];
}

function link(address) {
  return html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">${address}</a>`;
}
