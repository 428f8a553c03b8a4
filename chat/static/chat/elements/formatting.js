const SIGNS = { b: "**", i: "_" };
const isMac = /Mac|iP/.test(navigator.platform);

// Handles Ctrl+B and Ctrl+I (⌘ on a Mac): makes the selection bold or italic in Markdown, or undoes it. Returns true if
// the key was one of them.
export function formats(event, field) {
  const isControl = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const sign = isControl && !event.altKey && !event.shiftKey && SIGNS[letterOf(event)];
  if (!sign) return false;
  event.preventDefault();
  toggle(field, sign);
  return true;
}

// On a keyboard for another script the key has no Latin letter, so use its position.
function letterOf({ key, code }) {
  return /^[a-z]$/iu.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
}

function toggle(field, sign) {
  const { value } = field;
  const [start, end] = withoutSpace(value, field.selectionStart, field.selectionEnd);
  const inner = value.slice(start, end);
  const around = [start - sign.length, end + sign.length];
  const isSet = around[0] >= 0 && value.slice(...around) === sign + inner + sign;
  if (isSet) replace(field, ...around, inner);
  else replace(field, start, end, sign + inner + sign);
  const at = isSet ? around[0] : start + sign.length;
  field.setSelectionRange(at, at + inner.length);
}

// A marker beside a space is not markup: a double click on Windows also selects the space after the word.
function withoutSpace(value, start, end) {
  const selected = value.slice(start, end);
  if (!selected.trim()) return [end, end];
  return [start + selected.length - selected.trimStart().length, start + selected.trimEnd().length];
}

// Ctrl+Z can undo the browser's own command.
function replace(field, from, to, text) {
  field.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
