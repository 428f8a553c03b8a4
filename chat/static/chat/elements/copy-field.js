import { gettext } from "../lib/i18n.js";

// Read-only field with a copy button. If the clipboard is not available, its text is selected.
export class CopyField extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button quiet", textContent: gettext("Copy") });
    button.addEventListener("click", () => this.#copy(button));
    const told = document.createElement("span");
    Object.assign(told, { className: "visually-hidden", role: "status" });
    this.append(button, told);
  }

  async #copy(button) {
    const field = this.querySelector("input");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // the text is selected
    }
    button.textContent = gettext("Copied");
    this.querySelector("[role=status]").textContent = gettext("Copied");
  }
}

customElements.define("copy-field", CopyField);
