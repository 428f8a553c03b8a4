import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";

const LINES = 20; // as in message.css
const SLACK = 2; // extra lines that are not worth a fold
const CHARACTERS = 600; // shorter texts on fewer lines are never higher than twenty lines
const BREAKS = 12;

// Wrapper of a message's text: sets `data-long` if it is higher than twenty lines, and the style sheet folds it.
export class LongText extends HTMLElement {
  connectedCallback() {
    sizes.observe(this);
  }

  disconnectedCallback() {
    sizes.unobserve(this);
  }

  measure() {
    const body = this.firstElementChild;
    if (!body) return;
    const line = parseFloat(getComputedStyle(body).lineHeight);
    const height = Math.max(body.scrollHeight, body.getBoundingClientRect().height);
    this.toggleAttribute("data-long", height > (LINES + SLACK) * line);
  }

  // Returns true if an element inside is below the fold.
  hides(element) {
    const body = this.firstElementChild;
    if (!body?.contains(element) || !this.matches("[data-long]:not([data-open])")) return false;
    return element.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom;
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) target.measure();
});

customElements.define("long-text", LongText);

export const mayBeLong = ({ body }) => body.length > CHARACTERS || body.split("\n", BREAKS + 1).length > BREAKS;

// Text that is folded after twenty lines. `view` knows if it is open, and changes that with `fold(message, isOpen)`.
export function longText(message, content, { isOpen, fold }) {
  const toggle = () => fold(message, !isOpen);
  const look = ({ target, currentTarget }) => {
    if (currentTarget.hides(target)) fold(message, true);
  };
  const reveal = {
    handleEvent: ({ target: { scrollTop } }) => scrollTop > 0 && !isOpen && fold(message, true, scrollTop),
    capture: true,
  };
  return html`<long-text class="said" ?data-open=${isOpen} @focusin=${look} @scroll=${reveal}>${content}
    <button type="button" class="link more-text" aria-expanded=${isOpen ? "true" : "false"} @click=${toggle}
      >${isOpen ? gettext("Show less") : gettext("Show more")}</button></long-text>`;
}
