import { isComposing } from "../lib/keys.js";

// On a narrow page the room list, the people and the side panel are drawers over the conversation, one at a time. On a
// wide page they stand beside it, and this class does nothing.
const WIDE = matchMedia("(width > 1080px)");
const BESIDE = { rail: matchMedia("(width > 720px)"), roster: WIDE, side: WIDE };

// Dialogs and popovers close first; the browser does that.
export function isEscape(event) {
  return event.key === "Escape" && !isComposing(event) && !event.target.closest("dialog, [popover]");
}

// Dispatches "drawers" on the page when another drawer is open, or none.
export class Drawers {
  #app;
  #focus;
  #before = null; // the focus before the drawer opened

  constructor(app, focus) {
    this.#app = app;
    this.#focus = focus;
    app.addController(this);
    for (const query of Object.values(BESIDE)) query.addEventListener("change", () => this.close());
  }

  // No element may have the focus while a drawer is open, so the page listens for the key.
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

  // Opens the drawer if its content is not visible anyway.
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
    event.preventDefault(); // nothing else must react to this Escape
    this.close();
  };

  hostUpdated() {
    this.#app.dataset.drawer ??= "";
  }
}
