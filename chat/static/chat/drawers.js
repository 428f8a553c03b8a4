// On a narrow page the rooms, the people and what stands beside the conversation are drawers over it, one at a time. On
// a wide one they stand beside it, and nothing here matters.
const WIDE = matchMedia("(width > 1080px)");
const BESIDE = { rail: matchMedia("(width > 720px)"), roster: WIDE, side: WIDE };

// What lies over everything is closed first, and by the browser.
export const isEscape = ({ key, target }) => key === "Escape" && !target.closest("dialog, [popover]");

export class Drawers {
  #app;
  #opener = null;

  constructor(app) {
    this.#app = app;
    app.addController(this);
    app.addEventListener("keydown", (event) => isEscape(event) && this.close());
    for (const query of Object.values(BESIDE)) query.addEventListener("change", () => this.close());
  }

  open(name) {
    this.#opener = document.activeElement;
    this.#show(name);
    this.#app.querySelector(`room-${name} .only-drawer`).focus();
  }

  // Open it where it is not in sight anyway.
  want(name) {
    if (!BESIDE[name].matches) this.#show(name);
  }

  close() {
    const { drawer } = this.#app.dataset;
    if (!drawer) return;
    this.#show("");
    this.#opener?.focus();
    this.#opener = null;
    if (drawer === "side") this.#app.chat.side.close();
  }

  #show(name) {
    this.#app.dataset.drawer = name;
    this.#app.querySelector("main").inert = name !== "";
    this.#app.chat.covered = name !== "";
  }

  hostUpdated() {
    this.#app.dataset.drawer ??= "";
  }
}
