const TALLEST = 0.4; // of the window: the conversation stays in sight

// A field for text is as tall as what is in it.
export function grow(field) {
  field.style.height = "auto";
  const border = field.offsetHeight - field.clientHeight;
  field.style.height = `${Math.min(field.scrollHeight + border, innerHeight * TALLEST)}px`;
}
