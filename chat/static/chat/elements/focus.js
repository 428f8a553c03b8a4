// Brings the focus back where it was once what took it has closed: a dialog, a menu or a drawer. What had the focus may
// be gone by then, such as the buttons of a message: then its message gets it, or the conversation.
export class Focus {
  #place = null; // where the focus was last, outside of dialogs and popovers

  constructor() {
    document.addEventListener("focusin", ({ target }) => this.#note(target));
    document.addEventListener("close", ({ target }) => target.matches("dialog") && this.#closed(), true);
    document.addEventListener("toggle", (event) => this.#toggled(event), true);
  }

  get place() {
    return this.#place;
  }

  // To a place of before, if it can be reached.
  bring(place) {
    const { element, id, region } = place ?? {};
    const again = id && region.querySelector(`article[data-id="${id}"]`);
    for (const each of [
      element,
      again,
      region?.querySelector("message-composer"),
      document.querySelector("main .log"),
    ]) {
      if (!each?.isConnected || each.closest("[inert]")) continue;
      each.focus({ preventScroll: true });
      if (each.contains(document.activeElement)) return;
    }
  }

  #note(target) {
    if (target.closest("dialog, [popover]")) return;
    const id = target.closest("article.message")?.dataset.id;
    this.#place = {
      element: target,
      id,
      region: target.closest("main, room-side, room-rail, room-roster") ?? document,
    };
  }

  #toggled({ target, newState }) {
    if (target.matches("[popover]") && newState === "closed") this.#closed();
  }

  // The browser itself brings it back where it can.
  #closed() {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body) return;
    if (!document.querySelector("dialog:modal")) this.bring(this.#place);
  }
}
