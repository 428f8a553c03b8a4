// Restores the focus when a dialog, a menu or a drawer has closed. If the earlier element is gone, such as a button of
// a message, its message gets the focus, or the conversation.
export class Focus {
  #place = null; // the last focus outside of dialogs and popovers

  constructor() {
    document.addEventListener("focusin", ({ target }) => this.#note(target));
    document.addEventListener("close", ({ target }) => target.matches("dialog") && this.#closed(), true);
    document.addEventListener("toggle", (event) => this.#toggled(event), true);
  }

  get place() {
    return this.#place;
  }

  // Focuses an earlier element if it can still be reached.
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

  // The browser itself restores the focus where it can.
  #closed() {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body) return;
    if (!document.querySelector("dialog:modal")) this.bring(this.#place);
  }
}
