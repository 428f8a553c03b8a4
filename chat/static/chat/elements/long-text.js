import { gettext } from "../lib/i18n.js";
import { html } from "../vendor/lit.js";

const LINES = 20; // as in message.css
const SLACK = 2; // lines for which nothing is folded
const CHARACTERS = 600; // fewer, on fewer lines, are never higher than twenty lines
const BREAKS = 12;

// Around the text of a message: `data-long` where it is higher than twenty lines, which the style sheet folds then.
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

  // Whether something in it lies below the fold.
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

// A text that is folded after twenty lines. `view` says whether this one is open, and `fold(message, isOpen)` changes that.
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
