/** @type {(keyof User)[]} */
const NAMED = ["username", "name", "picture", "deleted"];

/**
 * Returns the list with a user's new name and picture wherever they appear: as author, in a quote, among reactions. It
 * is the same array if nothing changes. Notices keep the old name.
 * @template T
 * @param {T[]} list
 * @param {User} user
 * @returns {T[]}
 */
export function withUser(list, user) {
  const now = list.map((each) => /** @type {T} */ (turned(each, user)));
  return now.some((each, index) => each !== list[index]) ? now : list;
}

/**
 * @param {unknown} value
 * @param {User} user
 * @returns {unknown}
 */
function turned(value, user) {
  if (Array.isArray(value)) return withUser(value, user);
  if (value === null || typeof value !== "object") return value;
  if (isUser(value) && value.id === user.id) return isSame(value, user) ? value : user;
  const members = Object.entries(value).filter(([name, each]) => name !== "notice" && turned(each, user) !== each);
  if (!members.length) return value;
  return { ...value, ...Object.fromEntries(members.map(([name, each]) => [name, turned(each, user)])) };
}

/**
 * @param {object} value
 * @returns {value is User}
 */
function isUser(value) {
  return "id" in value && "username" in value;
}

/**
 * Returns the part of a sidebar entry that appears wherever the user is named.
 * @param {User} user
 */
export function userOf({ id, username, name, picture, deleted }) {
  return { id, username, name, picture, deleted };
}

/**
 * @param {User} known
 * @param {User} user
 */
export function isSame(known, user) {
  return NAMED.every((name) => known[name] === user[name]);
}
