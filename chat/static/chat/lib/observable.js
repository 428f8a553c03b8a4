// State that elements show: it dispatches "change", and its followers redraw.
export class Observable extends EventTarget {
  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

// Lit controller that redraws its host when followed state changes.
export class Following {
  #host;
  /** @type {EventTarget[]} */
  #models = [];
  #draw = () => this.#host.requestUpdate();

  /** @param {{ requestUpdate(): void, addController(controller: Following): void }} host */
  constructor(host) {
    this.#host = host;
    host.addController(this);
  }

  /** @param {EventTarget[]} models */
  follow(...models) {
    if (models.every((model, index) => model === this.#models[index])) return;
    this.hostDisconnected();
    this.#models = models;
    this.hostConnected();
  }

  hostConnected() {
    for (const model of this.#models) model.addEventListener("change", this.#draw);
  }

  hostDisconnected() {
    for (const model of this.#models) model.removeEventListener("change", this.#draw);
  }
}
