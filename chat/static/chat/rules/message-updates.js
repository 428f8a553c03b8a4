// What messages become by an event that does not bring them whole. Each returns the messages themselves where nothing in
// them changes, so that nothing is drawn in vain.

// They are tombstones now, and whatever quotes them shows it.
export function withDeleted(messages, event) {
  const ids = new Set(event.messages);
  return turned(messages, event, (message) => {
    if (ids.has(message.id)) return tombstone(message, event);
    return ids.has(message.quote?.id) ? { ...message, quote: { id: message.quote.id, deleted: true } } : message;
  });
}

// They are gone for good, and nothing quotes them any more.
export function withoutRemoved(messages, event) {
  const ids = new Set(event.messages);
  const left = messages.some(({ id }) => ids.has(id)) ? messages.filter(({ id }) => !ids.has(id)) : messages;
  return turned(left, event, (message) => (ids.has(message.quote?.id) ? { ...message, quote: undefined } : message));
}

// A user reacted to one of them, or took that back.
export function withReaction(messages, event) {
  return turned(messages, event, (message) => (message.id === event.message ? reacted(message, event) : message));
}

// What some of them quote was edited or deleted.
export function withQuote(messages, event) {
  return turned(messages, event, (message) =>
    message.quote?.id === event.quote.id ? { ...message, quote: event.quote } : message,
  );
}

function reacted(message, { emoji, user, added, order }) {
  const given = new Map(message.reactions?.map((reaction) => [reaction.emoji, reaction.users]));
  const others = (given.get(emoji) ?? []).filter(({ id }) => id !== user.id);
  given.set(emoji, added ? [...others, user] : others);
  const left = order.filter((one) => given.has(one)).map((one) => ({ emoji: one, users: given.get(one) }));
  return { ...message, reactions: left.length ? left : undefined };
}

function turned(messages, event, turn) {
  const now = messages.map((message) => turnedOne(message, event, turn));
  return now.some((message, index) => message !== messages[index]) ? now : messages;
}

function turnedOne(message, event, turn) {
  if (message.version >= event.version) return message;
  const now = withReplies(turn(message), event.threads);
  return now === message ? message : { ...now, version: event.version };
}

// The replies that are left, where some of a message's own are among them.
function withReplies(message, threads = []) {
  const thread = threads.find(({ id }) => id === message.id);
  if (!thread) return message;
  const { count, last_at } = thread;
  return { ...message, replies: last_at ? { people: [], ...message.replies, count, last_at } : undefined };
}

function tombstone({ id, kind, author, client_id, created_at, position, told, thread, replies }, { by, at }) {
  const left = { id, kind, author, client_id, created_at, position, told, thread, replies };
  return { ...left, body: "", html: "", deleted: { at, by } };
}
