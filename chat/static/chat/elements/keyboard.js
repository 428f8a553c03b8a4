import { isComposing } from "../lib/keys.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };
// elements that use keys themselves
const OCCUPIED = "input, textarea, select, [contenteditable], dialog, [popover], details[open]";

// Keys of the whole page: typing moves to the message field from anywhere, Alt with an arrow switches to the next room
// of the list, and with Shift to the next unread one.
export class Keyboard {
  #app;

  constructor(app) {
    this.#app = app;
    app.addController(this);
  }

  hostConnected() {
    document.addEventListener("keydown", this.#key);
  }

  hostDisconnected() {
    document.removeEventListener("keydown", this.#key);
  }

  #key = (event) => {
    if (event.defaultPrevented || isComposing(event)) return;
    if (isTyping(event)) this.#type(event.target);
    else if (isTurn(event)) this.#turn(event);
  };

  // The key itself goes into the field, which then has the focus.
  #type(target) {
    const region = target.closest("room-side") ?? this.#app.querySelector("main");
    region.querySelector("message-composer")?.write();
  }

  #turn(event) {
    event.preventDefault();
    const rooms = [...this.#app.querySelectorAll("room-rail a[data-room]")].filter((room) => room.checkVisibility());
    const at = rooms.findIndex((room) => room.ariaCurrent === "page");
    const step = STEPS[event.key];
    const start = at < 0 && step < 0 ? 0 : at;
    const others = rooms.map((_room, count) => rooms.at((start + step * (count + 1)) % rooms.length));
    const next = others.find((room) => !event.shiftKey || room.matches(".unread"));
    if (next) next.dispatchEvent(new CustomEvent("go", { detail: Number(next.dataset.room), bubbles: true }));
  }
}

// A letter without a modifier. While text is selected, a key may act on the selection.
function isTyping(event) {
  const isShortCut = event.metaKey || (!event.getModifierState("AltGraph") && (event.ctrlKey || event.altKey));
  if (isShortCut || [...event.key].length !== 1 || event.key === " ") return false;
  return !event.target.closest(OCCUPIED) && getSelection().isCollapsed;
}

function isTurn(event) {
  return (
    event.altKey && !event.ctrlKey && !event.metaKey && event.key in STEPS && !event.target.closest("dialog, [popover]")
  );
}
