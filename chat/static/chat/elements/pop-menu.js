// A menu that opens from its button: a <details> that also closes on Escape, on a click elsewhere, and when the focus
// leaves it.
export class PopMenu extends HTMLElement {
  #outside = (event) => this.contains(event.target) || this.close();

  connectedCallback() {
    this.addEventListener("keydown", this);
    this.addEventListener("focusout", this);
    document.addEventListener("pointerdown", this.#outside);
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.#outside);
  }

  handleEvent(event) {
    if (event.type === "focusout" && event.relatedTarget && !this.contains(event.relatedTarget)) this.close();
    if (event.key !== "Escape" || !this.#details?.open) return;
    event.stopPropagation();
    this.close();
    this.querySelector("summary").focus();
  }

  get #details() {
    return this.querySelector("details");
  }

  close() {
    if (this.#details) this.#details.open = false;
  }
}

customElements.define("pop-menu", PopMenu);
