export const SPOILER = '<span class="spoiler">'; // as the server writes it; in text it would be escaped
const HIDDEN = "▒▒▒";

/**
 * Returns the text of a message for quotes and lists, without spoilers. The server does the same for quotes
 * (chat/markup/markdown/spoilers.py).
 * @param {{ body: string, html?: string }} message
 */
export function previewOf({ body, html }) {
  return html?.includes(SPOILER) ? body.replace(/\|\|.*?(?:\|\||$)/gsu, HIDDEN) : body;
}
