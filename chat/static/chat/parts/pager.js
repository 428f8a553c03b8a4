import { gettext, interpolate } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";

// Buttons for the pages of a large room's members. A button without effect keeps the focus.
export function pager(page, roster) {
  const step = async (by) => {
    await page.step(by);
    roster.querySelector(".groups").scrollTop = 0;
  };
  const button = (words, by, leads) => html`<button type="button" class="button quiet small" data-step=${by}
    aria-disabled=${!leads} @click=${() => leads && step(by)}>${words}</button>`;
  return html`<div class="pager" role="group" aria-label=${gettext("Pagination")}>
    <small role="status">${range(page)}</small>
    ${button(gettext("Previous"), -1, page.offset > 0)}${button(gettext("Show more"), 1, page.hasMore)}</div>`;
}

function range({ offset, length, total }) {
  if (!total) return "";
  const values = { first: offset + 1, last: Math.min(offset + length, total), total };
  for (const [name, number] of Object.entries(values)) values[name] = number.toLocaleString();
  return interpolate(gettext("%(first)s–%(last)s of %(total)s"), values);
}
