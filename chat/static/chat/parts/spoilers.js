import { html } from "../vendor/lit.js";
import { SPOILER } from "../previews.js";
import { gettext } from "../words.js";

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
