/**
 * A user's name, for where nothing else says who it is: a display name is anyone's to choose, a username is not. One
 * that is the username in another case says enough, since no one else may choose it.
 * @param {User} user
 */
export function fullName({ name, username, deleted }) {
  return deleted || name.toLowerCase() === username.toLowerCase() ? name : `${name} (@${username})`;
}
