const GAP = 6; // px, between a popover and what opened it
const EDGE = 8; // px, from the edges of the window
const NARROW = matchMedia("(width <= 720px)"); // there it is a sheet at the bottom, as css/tools.css has it

// Shows a popover under what opened it, or above where there is no room.
export function openAt(popover, anchor, along = alongEnd) {
  popover.showPopover();
  placeAt(popover, anchor, along);
}

// Where a popover lies. It may have grown meanwhile; what opened it may be gone.
export function placeAt(popover, anchor, along) {
  const { offsetWidth: width, offsetHeight: height, style } = popover;
  if (NARROW.matches) Object.assign(style, { top: "", left: "" }); // it may have been wider before
  if (NARROW.matches || !anchor.isConnected) return;
  const { left, top } = along(anchor.getBoundingClientRect(), width, height);
  style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
  style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
}

// Under it or above, their right edges in line.
function alongEnd(anchor, width, height) {
  return { left: anchor.right - width, top: underOrAbove(anchor, height) };
}

// Under it or above, their left edges in line.
export function alongStart(anchor, _width, height) {
  return { left: anchor.left, top: underOrAbove(anchor, height) };
}

// On its left, or on its right where there is no room.
export function beside(anchor, width) {
  const left = anchor.left - GAP - width;
  return { left: left < EDGE ? anchor.right + GAP : left, top: anchor.top };
}

function underOrAbove({ top, bottom }, height) {
  const below = bottom + GAP;
  return below + height + EDGE < innerHeight ? below : top - GAP - height;
}

// The arrow keys lead through buttons, Home and End to the first and the last one. `steps` says how far each key goes:
// { ArrowDown: 1, ArrowUp: -1 } in a list.
export function moveFocus(event, buttons, steps, from = document.activeElement) {
  const at = buttons.indexOf(from);
  const to = { Home: 0, End: buttons.length - 1 }[event.key] ?? at + steps[event.key];
  if (Number.isNaN(to) || at < 0) return;
  event.preventDefault();
  buttons[to]?.focus();
}
