// Text without any visible character, like accounts/usernames/invisible_characters.py.
const BLANK = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2800\ufff9-\ufffb\u{1d159}]*$/u;

/** @param {string} text */
export function isBlank(text) {
  return BLANK.test(text);
}
