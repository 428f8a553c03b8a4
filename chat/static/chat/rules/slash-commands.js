const COMMAND = /^\/(\p{L}[\p{L}\p{N}_-]*)(?:\s+|$)/u; // a path such as /etc/hosts is not a command
const ESCAPED = /^\/(?=\/\p{L}[\p{L}\p{N}_-]*(?:\s|$))/u; // a second slash escapes the first: the rest is text

/**
 * Reads a text from the composer: a message to post ({ kind, body }), or a command that does not exist or lacks
 * its text ({ command }).
 * @param {string} text
 */
export function readCommand(text) {
  const [start, command] = text.match(COMMAND) ?? [];
  if (!start) return { kind: "text", body: text.replace(ESCAPED, "") };
  const rest = text.slice(start.length);
  return command.toLowerCase() === "me" && rest ? { kind: "action", body: rest } : { command };
}
