/**
 * Returns a user's name where nothing else identifies them: a display name can be chosen freely, a username cannot. A
 * display name that equals the username except for case is enough, since no one else may choose it.
 * @param {User} user
 */
export function fullName({ name, username, deleted }) {
  return deleted || name.toLowerCase() === username.toLowerCase() ? name : `${name} (@${username})`;
}
