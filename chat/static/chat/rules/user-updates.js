// The same list with what somebody is called now, and their picture, wherever they stand in it: as author, in a quote, among
// those who reacted. The list itself where that changes nothing. What a notice tells of somebody stays as it was told.
export function withUser(list, user) {
  const now = list.map((each) => turned(each, user));
  return now.some((each, index) => each !== list[index]) ? now : list;
}

function turned(value, user) {
  if (Array.isArray(value)) return withUser(value, user);
  if (value === null || typeof value !== "object") return value;
  if (value.id === user.id && "username" in value) return isSame(value, user) ? value : user;
  const members = Object.entries(value).filter(([name, each]) => name !== "notice" && turned(each, user) !== each);
  if (!members.length) return value;
  return { ...value, ...Object.fromEntries(members.map(([name, each]) => [name, turned(each, user)])) };
}

// Of somebody in the sidebar, what stands wherever they are named.
export function userOf({ id, username, name, picture, deleted }) {
  return { id, username, name, picture, deleted };
}

export function isSame(known, user) {
  return ["username", "name", "picture", "deleted"].every((name) => known[name] === user[name]);
}
