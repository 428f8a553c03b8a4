// Updates of messages by events that do not contain them. Each function returns the same array if nothing changes, so
// that nothing is redrawn.

/** @typedef {Pick<RemovedEvent, "version" | "threads">} Turning */

/**
 * Turns messages into tombstones, and updates their quotes.
 * @param {Message[]} messages
 * @param {DeletedEvent} event
 */
export function withDeleted(messages, event) {
  const ids = new Set(event.messages);
  return turned(messages, event, (message) => {
    if (ids.has(message.id)) return tombstone(message, event);
    const { quote } = message;
    return quote && ids.has(quote.id) ? { ...message, quote: { id: quote.id, deleted: true } } : message;
  });
}

/**
 * Removes messages that were removed from the database, and their quotes.
 * @param {Message[]} messages
 * @param {RemovedEvent} event
 */
export function withoutRemoved(messages, event) {
  const ids = new Set(event.messages);
  const left = messages.some(({ id }) => ids.has(id)) ? messages.filter(({ id }) => !ids.has(id)) : messages;
  return turned(left, event, (message) =>
    message.quote && ids.has(message.quote.id) ? { ...message, quote: undefined } : message,
  );
}

/**
 * Adds or removes a user's reaction.
 * @param {Message[]} messages
 * @param {ReactedEvent} event
 */
export function withReaction(messages, event) {
  return turned(messages, event, (message) => (message.id === event.message ? reacted(message, event) : message));
}

/**
 * Updates quotes of an edited or deleted message.
 * @param {Message[]} messages
 * @param {RequotedEvent} event
 */
export function withQuote(messages, event) {
  return turned(messages, event, (message) =>
    message.quote?.id === event.quote.id ? { ...message, quote: event.quote } : message,
  );
}

/**
 * @param {Message} message
 * @param {ReactedEvent} event
 * @returns {Message}
 */
function reacted(message, { emoji, user, added, order }) {
  const given = new Map(message.reactions?.map((reaction) => [reaction.emoji, reaction.users]));
  const others = (given.get(emoji) ?? []).filter(({ id }) => id !== user.id);
  given.set(emoji, added ? [...others, user] : others);
  const left = order.map((one) => ({ emoji: one, users: given.get(one) ?? [] })).filter(({ users }) => users.length);
  return { ...message, reactions: left.length ? left : undefined };
}

/**
 * @param {Message[]} messages
 * @param {Turning} event
 * @param {(message: Message) => Message} turn
 */
function turned(messages, event, turn) {
  const now = messages.map((message) => turnedOne(message, event, turn));
  return now.some((message, index) => message !== messages[index]) ? now : messages;
}

/**
 * @param {Message} message
 * @param {Turning} event
 * @param {(message: Message) => Message} turn
 */
function turnedOne(message, event, turn) {
  if (message.version >= event.version) return message;
  const now = withReplies(turn(message), event.threads);
  return now === message ? message : { ...now, version: event.version };
}

/**
 * Updates the replies of a message that lost some.
 * @param {Message} message
 * @param {Turning["threads"]} threads
 * @returns {Message}
 */
function withReplies(message, threads = []) {
  const thread = threads.find(({ id }) => id === message.id);
  if (!thread) return message;
  const { count, last_at } = thread;
  return { ...message, replies: last_at ? { people: [], ...message.replies, count, last_at } : undefined };
}

/**
 * @param {Message} message
 * @param {DeletedEvent} event
 * @returns {Message}
 */
function tombstone({ id, kind, author, client_id, created_at, position, version, told, thread, replies }, { by, at }) {
  const left = { id, kind, author, client_id, created_at, position, version, told, thread, replies };
  return { ...left, body: "", html: "", deleted: { at, by } };
}
