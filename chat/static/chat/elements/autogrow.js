const TALLEST = 0.4; // of the window: the conversation stays in sight
const LONG = 10_000; // characters: surely taller, and to measure them at every key would take time

// A field for text is as tall as what is in it.
export function grow(field) {
  const tallest = innerHeight * TALLEST;
  field.style.height = field.value.length > LONG ? `${tallest}px` : "auto";
  if (field.value.length > LONG) return;
  const border = field.offsetHeight - field.clientHeight;
  field.style.height = `${Math.min(field.scrollHeight + border, tallest)}px`;
}
