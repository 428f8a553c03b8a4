import { moveFocus } from "./popover-position.js";

// Menu that opens from its button: a <details> around a role="menu". It takes the focus, arrow keys move through it,
// and it closes on Escape, on a click elsewhere, and when the focus leaves it.
export class PopMenu extends HTMLElement {
  #outside = (event) => this.contains(event.target) || this.close();

  connectedCallback() {
    for (const type of ["keydown", "focusout"]) this.addEventListener(type, this);
    this.addEventListener("toggle", this, true); // the event does not bubble
    document.addEventListener("pointerdown", this.#outside);
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.#outside);
  }

  handleEvent(event) {
    if (event.type === "toggle") this.#toggled();
    else if (event.type === "keydown") this.#key(event);
    else if (event.relatedTarget && !this.contains(event.relatedTarget)) this.close();
  }

  // The focus returns to the button, also before a dialog opens.
  close() {
    const details = this.#details;
    if (!details?.open) return;
    if (details.contains(document.activeElement)) this.querySelector("summary").focus();
    details.open = false;
  }

  get #details() {
    return this.querySelector("details");
  }

  get #items() {
    return [...this.querySelectorAll("[role=menu] :is(a, button):not(:disabled)")];
  }

  #toggled() {
    for (const item of this.#items) {
      if (!item.role) item.role = "menuitem";
      item.tabIndex = -1;
    }
    if (this.#details.open) this.#items[0]?.focus();
  }

  #key(event) {
    const isOpen = this.#details?.open;
    if (!isOpen && event.key === "ArrowDown") {
      event.preventDefault();
      this.#details.open = true;
    } else if (isOpen && event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (isOpen) moveFocus(event, this.#items, { ArrowDown: 1, ArrowUp: -1 });
  }
}

customElements.define("pop-menu", PopMenu);
