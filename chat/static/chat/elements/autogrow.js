const TALLEST = 0.4; // share of the window: the conversation stays visible
const LONG = 10_000; // characters: certainly taller, and measuring them at every key would be slow

// Fits a text field's height to its content.
export function grow(field) {
  const tallest = innerHeight * TALLEST;
  field.style.height = field.value.length > LONG ? `${tallest}px` : "auto";
  if (field.value.length > LONG) return;
  const border = field.offsetHeight - field.clientHeight;
  field.style.height = `${Math.min(field.scrollHeight + border, tallest)}px`;
}
