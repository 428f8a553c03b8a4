const COMPOSING = 229; // the key code of a key that an input method handles

/**
 * Returns true if a key belongs to an input method. Safari sends the Enter that ends a composition after its end, when
 * `isComposing` is already false: only the key code shows it.
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING;
}

/**
 * Returns true if a key sends the field's content. Otherwise it starts a new line or ends a composition.
 * @param {KeyboardEvent} event
 */
export function isSend(event) {
  return event.key === "Enter" && !event.shiftKey && !isComposing(event);
}
