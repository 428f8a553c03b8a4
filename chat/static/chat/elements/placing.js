const GAP = 6; // px, between a popover and what opened it
const EDGE = 8; // px, from the edges of the window
const NARROW = matchMedia("(width <= 720px)"); // there it is a sheet at the bottom, as css/tools.css has it

// Shows a popover under what opened it, or above where there is no room.
export function openAt(popover, anchor) {
  popover.showPopover();
  if (NARROW.matches) return;
  const { top, bottom, right } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height, style } = popover;
  const below = bottom + GAP;
  const isRoomBelow = below + height + EDGE < innerHeight;
  style.top = `${Math.max(EDGE, isRoomBelow ? below : top - GAP - height)}px`;
  style.left = `${Math.max(EDGE, Math.min(right - width, innerWidth - width - EDGE))}px`;
}

// The arrow keys lead through buttons. `steps` says how far each key goes: { ArrowDown: 1, ArrowUp: -1 } in a list.
export function moveFocus(event, buttons, steps) {
  const at = buttons.indexOf(document.activeElement);
  const step = steps[event.key];
  if (!step || at < 0) return;
  event.preventDefault();
  buttons[at + step]?.focus();
}
