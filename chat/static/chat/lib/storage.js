// Strings in the browser's storage. If it is full or forbidden, they last as long as the page.
class Store {
  #open;
  /** @type {Map<string, string>} */
  #unsaved = new Map();

  /** @param {() => Storage} open */
  constructor(open) {
    this.#open = open; // reading the property `localStorage` may throw, too
  }

  /** @param {string} key */
  get(key) {
    if (this.#unsaved.has(key)) return this.#unsaved.get(key);
    return this.#tried((storage) => storage.getItem(key)) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  set(key, text) {
    this.#unsaved.set(key, text);
    this.#tried((storage) => {
      storage.setItem(key, text);
      this.#unsaved.delete(key);
    });
  }

  /** @param {string} key */
  remove(key) {
    this.#unsaved.delete(key);
    this.#tried((storage) => storage.removeItem(key));
  }

  keys() {
    return [...new Set([...(this.#tried((storage) => Object.keys(storage)) ?? []), ...this.#unsaved.keys()])];
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} act
   */
  #tried(act) {
    try {
      return act(this.#open());
    } catch {
      return undefined;
    }
  }
}

export const shared = new Store(() => localStorage); // shared by all tabs of the browser
export const own = new Store(() => sessionStorage); // for this tab, across reloads
