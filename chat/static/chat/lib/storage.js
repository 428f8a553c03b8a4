// Strings that the browser keeps for the page. If its storage is full or forbidden, they last as long as the page.
class Store {
  #open;
  #unsaved = new Map();

  constructor(open) {
    this.#open = open; // reading the property `localStorage` may throw, too
  }

  get(key) {
    if (this.#unsaved.has(key)) return this.#unsaved.get(key);
    return this.#tried((storage) => storage.getItem(key)) ?? null;
  }

  set(key, text) {
    this.#unsaved.set(key, text);
    this.#tried((storage) => {
      storage.setItem(key, text);
      this.#unsaved.delete(key);
    });
  }

  remove(key) {
    this.#unsaved.delete(key);
    this.#tried((storage) => storage.removeItem(key));
  }

  keys() {
    return [...new Set([...(this.#tried((storage) => Object.keys(storage)) ?? []), ...this.#unsaved.keys()])];
  }

  #tried(act) {
    try {
      return act(this.#open());
    } catch {
      return undefined;
    }
  }
}

export const shared = new Store(() => localStorage); // by all tabs of the browser
export const own = new Store(() => sessionStorage); // the tab's own, over reloads
