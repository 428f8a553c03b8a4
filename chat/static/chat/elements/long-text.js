const LINES = 20; // as in message.css
const SLACK = 2; // lines for which nothing is folded

// Around the text of a message: `data-long` where it is higher than twenty lines, which the style sheet folds then.
export class LongText extends HTMLElement {
  connectedCallback() {
    sizes.observe(this);
  }

  disconnectedCallback() {
    sizes.unobserve(this);
  }

  measure() {
    const body = this.querySelector(".body");
    if (!body) return;
    const line = parseFloat(getComputedStyle(body).lineHeight);
    const height = Math.max(body.scrollHeight, body.getBoundingClientRect().height);
    this.toggleAttribute("data-long", height > (LINES + SLACK) * line);
  }

  // Whether something in it lies below the fold.
  hides(element) {
    const body = element.closest(".body");
    if (!body || !this.matches("[data-long]:not([data-open])")) return false;
    return element.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom;
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) target.measure();
});

customElements.define("long-text", LongText);
