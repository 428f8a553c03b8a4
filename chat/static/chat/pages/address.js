// The page's place in the browser's history: the room, and everything open beside or over it. Opening something is a
// separate step, so that the browser's Back closes it; a thread has an address.
// An entry's state: { room, side, thread, drawer, isOver: something is open, isStep: Back leads to the plain room }.
export class Address {
  #chat;
  #app;
  #isPlanned = false;
  #isLeaving = false; // true while going back, until the browser is there

  constructor(chat, app) {
    this.#chat = chat;
    this.#app = app;
    const isStep = Boolean(history.state?.isStep) && this.#here.isOver;
    this.#replace({ ...this.#here, isStep });
    chat.addEventListener("change", () => this.#plan());
    app.addEventListener("drawers", () => this.#plan());
    addEventListener("popstate", ({ state }) => this.#moved(state));
  }

  get #here() {
    const { shown: room, side } = this.#chat;
    const { drawer: name } = this.#app.dataset;
    const drawer = ["rail", "roster"].includes(name) ? name : null;
    const isOver = Boolean(side.shows || drawer);
    return { room, side: side.shows, thread: side.thread?.thread ?? null, drawer, isOver };
  }

  // Coalesces changes that belong together, such as a drawer that closes for another room.
  #plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      if (!this.#isLeaving) this.#follow();
    });
  }

  #follow() {
    const { state: was } = history;
    const here = this.#here;
    if (["room", "side", "thread", "drawer"].every((name) => was?.[name] === here[name])) return;
    const isSameRoom = was?.room === here.room;
    if (isSameRoom && was.isStep && !here.isOver) this.#leave();
    else if (was?.isStep || (isSameRoom && was.isOver)) this.#replace({ ...here, isStep: isSameRoom && was.isStep });
    else history.pushState({ ...here, isStep: isSameRoom }, "", this.#urlOf(here));
  }

  #leave() {
    this.#isLeaving = true;
    history.back();
  }

  #replace(state) {
    history.replaceState(state, "", this.#urlOf(state) + location.hash);
  }

  #urlOf({ room, thread }) {
    return `${this.#chat.urlOf(room)}${thread ? `threads/${thread}/` : ""}`;
  }

  // The browser moved in its history: by the user, or because something was closed.
  #moved(state) {
    if (this.#isLeaving) {
      this.#isLeaving = false;
      this.#plan();
    } else if (this.#chat.rooms.get(state?.room)) this.#show(state);
    else location.reload();
  }

  #show({ room, side, thread, drawer }) {
    this.#chat.show(room);
    if (thread) this.#chat.side.openThread(thread);
    else if (side) this.#chat.side.open(side);
    else this.#chat.side.close();
    if (drawer) this.#app.drawers.open(drawer);
    else if (["rail", "roster"].includes(this.#app.drawers.shown)) this.#app.drawers.close();
  }
}
