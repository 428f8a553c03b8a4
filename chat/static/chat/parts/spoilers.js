import { gettext } from "../lib/i18n.js";
import { SPOILER } from "../rules/previews.js";
import { html } from "../vendor/lit.js";

const SIGN = "||";

// Spoilers are hidden until a click or Enter reveals them. A hidden spoiler is a button.

export function spoiler(words) {
  const label = gettext("Spoiler: show");
  return html`<span class="spoiler" role="button" tabindex="0" aria-label=${label} title=${label}
    ><span>${words}</span></span>`;
}

export function withButtons(safe) {
  if (!safe.includes(SPOILER)) return safe;
  const words = gettext("Spoiler: show").replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const button = `<span class="spoiler" role="button" tabindex="0" aria-label="${words}" title="${words}">`;
  return safe.replaceAll(SPOILER, button);
}

// Text without HTML, such as an earlier version of a message. If it may have spoilers, everything between the first
// marker and the last is hidden: too much hidden text can be revealed, but revealed text cannot be hidden again.
export function withSpoilers(text, drawn) {
  const [first, last] = [text.indexOf(SIGN), text.lastIndexOf(SIGN)];
  if (last < first + SIGN.length) return drawn(text);
  const [before, hidden, after] = [
    text.slice(0, first),
    text.slice(first + SIGN.length, last),
    text.slice(last + SIGN.length),
  ];
  return [drawn(before), spoiler(drawn(hidden)), drawn(after)];
}

function show(element) {
  element.dataset.shown = "";
  for (const name of ["role", "aria-label", "title"]) element.removeAttribute(name);
  element.tabIndex = -1; // it still has the focus
}

function react(event) {
  const hidden = event.target.closest?.(".spoiler:not([data-shown])");
  if (!hidden || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.stopPropagation();
  show(hidden);
}

document.addEventListener("click", react, { capture: true });
document.addEventListener("keydown", react, { capture: true });
