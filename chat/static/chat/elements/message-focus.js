// Tracks the active message of a log, under the pointer or with the focus: `host.pointed` has its id. The arrow keys
// move between messages.
export class MessageFocus {
  #host;

  constructor(host) {
    this.#host = host;
    host.addEventListener("pointerover", this);
    host.addEventListener("pointerleave", this);
    host.addEventListener("focusin", this);
    host.addEventListener("focusout", this);
    host.addEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.type === "keydown") this.#key(event);
    else if (event.type.startsWith("focus")) this.#point(event.type === "focusin" ? event.target : event.relatedTarget);
    else if (event.pointerType !== "touch" && !this.#isBusy) {
      this.#point(event.type === "pointerover" ? event.target : document.activeElement);
    }
  }

  #point(target) {
    if (this.#host.isOpening || this.#host.querySelector(":popover-open")) return;
    const article = this.#host.contains(target) ? target.closest("article.message") : null;
    this.#host.pointed = article ? Number(article.dataset.id) : null;
  }

  // A keyboard user is at its buttons: a resting pointer must not take them away.
  get #isBusy() {
    return this.#host.querySelector("message-tools :focus-visible, message-tools :popover-open") !== null;
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter" && event.target.matches("article.message[data-id]")) {
      event.preventDefault(); // otherwise the same key presses the menu's first item
      this.#host.openMenu(event.target);
    }
    if (event.key === "Escape" && event.target.matches("article.message")) this.#leave();
    if (!step || !event.target.matches(".log, article.message")) return;
    const articles = [...this.#host.querySelectorAll("article.message")];
    const at = articles.indexOf(event.target);
    const next = at < 0 ? articles.at(step < 0 ? -1 : 0) : articles[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  #leave() {
    this.#host.dispatchEvent(new Event("write", { bubbles: true }));
  }
}
