// State that elements show: it says "change", whoever follows it draws anew.
export class Observable extends EventTarget {
  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

// A lit controller: the host is drawn anew whenever what it follows changes.
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
