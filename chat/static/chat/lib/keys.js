const COMPOSING = 229; // the key code of a key that an input method handles

/**
 * Whether a key belongs to an input method. Safari sends the Enter that ends a composition after its end, when
 * `isComposing` is false already: only the key code tells.
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING;
}

/**
 * Whether a key sends what is in a field, instead of starting a new line or ending a composition.
 * @param {KeyboardEvent} event
 */
export function isSend(event) {
  return event.key === "Enter" && !event.shiftKey && !isComposing(event);
}
