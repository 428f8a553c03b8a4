// On a narrow page the rooms and the people are drawers over the conversation, one at a time. On a wide one they stand
// beside it, and nothing here matters.
const BESIDE = { rail: matchMedia("(width > 720px)"), roster: matchMedia("(width > 1080px)") };

export class Drawers {
  #app;
  #opener = null;

  constructor(app) {
    this.#app = app;
    app.addController(this);
    app.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
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
    if (!this.#app.dataset.drawer) return;
    this.#show("");
    this.#opener?.focus();
    this.#opener = null;
  }

  #show(name) {
    this.#app.dataset.drawer = name;
    this.#app.querySelector("main").inert = name !== "";
  }

  hostUpdated() {
    this.#app.dataset.drawer ??= "";
  }
}
