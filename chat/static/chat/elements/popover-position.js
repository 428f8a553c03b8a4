const GAP = 6; // px, between a popover and its anchor
const EDGE = 8; // px, from the edges of the window
const NARROW = matchMedia("(width <= 720px)"); // narrower windows show a sheet at the bottom, as in css/tools.css

// Shows a popover below its anchor, or above if there is no space.
export function openAt(popover, anchor, along = alongEnd) {
  popover.showPopover();
  placeAt(popover, anchor, along);
}

// Positions a popover. It may have grown since, and its anchor may be gone.
export function placeAt(popover, anchor, along) {
  const { offsetWidth: width, offsetHeight: height, style } = popover;
  if (NARROW.matches) Object.assign(style, { top: "", left: "" }); // the window may have been wider before
  if (NARROW.matches || !anchor.isConnected) return;
  const { left, top } = along(anchor.getBoundingClientRect(), width, height);
  style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
  style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
}

// Below or above, with right edges aligned.
function alongEnd(anchor, width, height) {
  return { left: anchor.right - width, top: underOrAbove(anchor, height) };
}

// Below or above, with left edges aligned.
export function alongStart(anchor, _width, height) {
  return { left: anchor.left, top: underOrAbove(anchor, height) };
}

// Left of the anchor, or right if there is no space.
export function beside(anchor, width) {
  const left = anchor.left - GAP - width;
  return { left: left < EDGE ? anchor.right + GAP : left, top: anchor.top };
}

function underOrAbove({ top, bottom }, height) {
  const below = bottom + GAP;
  return below + height + EDGE < innerHeight ? below : top - GAP - height;
}

// Moves the focus between buttons by arrow keys, Home and End. `steps` maps keys to distances, such as { ArrowDown: 1,
// ArrowUp: -1 } for a list.
export function moveFocus(event, buttons, steps, from = document.activeElement) {
  const at = buttons.indexOf(from);
  const to = { Home: 0, End: buttons.length - 1 }[event.key] ?? at + steps[event.key];
  if (Number.isNaN(to) || at < 0) return;
  event.preventDefault();
  buttons[to]?.focus();
}
