import { isComposing } from "../lib/keys.js";

// On a narrow page the rooms, the people and what stands beside the conversation are drawers over it, one at a time. On
// a wide one they stand beside it, and nothing here matters.
const WIDE = matchMedia("(width > 1080px)");
const BESIDE = { rail: matchMedia("(width > 720px)"), roster: WIDE, side: WIDE };

// What lies over everything is closed first, and by the browser.
export function isEscape(event) {
  return event.key === "Escape" && !isComposing(event) && !event.target.closest("dialog, [popover]");
}

// It tells the page "drawers" whenever another one is open, or none.
export class Drawers {
  #app;
  #focus;
  #before = null; // where the focus was

  constructor(app, focus) {
    this.#app = app;
    this.#focus = focus;
    app.addController(this);
    for (const query of Object.values(BESIDE)) query.addEventListener("change", () => this.close());
  }

  // The focus may stand nowhere while a drawer is open: the page hears of the key wherever it is.
  hostConnected() {
    document.addEventListener("keydown", this.#key);
  }

  hostDisconnected() {
    document.removeEventListener("keydown", this.#key);
  }

  get shown() {
    return this.#app.dataset.drawer || null;
  }

  open(name) {
    this.want(name);
    if (this.shown === name) this.#app.querySelector(`room-${name} .only-drawer`).focus();
  }

  // Open it where it is not in sight anyway.
  want(name) {
    if (BESIDE[name].matches || this.shown === name) return;
    this.#before = this.#focus.place;
    this.#show(name);
  }

  close() {
    const drawer = this.shown;
    if (!drawer) return;
    this.#show("");
    if (drawer === "side") this.#app.chat.side.close();
    else this.#focus.bring(this.#before);
  }

  #show(name) {
    this.#app.dataset.drawer = name;
    this.#app.querySelector("main").inert = name !== "";
    this.#app.chat.covered = name !== "";
    this.#app.dispatchEvent(new Event("drawers"));
  }

  #key = (event) => {
    if (!isEscape(event) || event.defaultPrevented || !this.shown) return;
    event.preventDefault(); // it does no more than this
    this.close();
  };

  hostUpdated() {
    this.#app.dataset.drawer ??= "";
  }
}
