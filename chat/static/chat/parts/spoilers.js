import { gettext } from "../lib/i18n.js";
import { SPOILER } from "../rules/previews.js";
import { html } from "../vendor/lit.js";

const SIGN = "||";

// Spoilers are hidden until they are clicked, or until Enter is pressed on them. While one is hidden it is a button.

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

// Text that has no HTML yet, such as an earlier version of a message. Where it may have spoilers, all that stands
// between the first sign and the last is hidden: what is hidden in vain can be shown, what is shown cannot be hidden.
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
  element.tabIndex = -1; // it keeps the focus
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
