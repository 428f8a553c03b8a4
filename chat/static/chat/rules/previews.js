export const SPOILER = '<span class="spoiler">'; // as the server writes it; in a text it would be escaped
const HIDDEN = "▒▒▒";

/**
 * The text of a message where it is quoted or listed, without what its author hid. The server does the same with what is
 * quoted (chat/markup/markdown/spoilers.py).
 * @param {{ body: string, html?: string }} message
 */
export function previewOf({ body, html }) {
  return html?.includes(SPOILER) ? body.replace(/\|\|.*?(?:\|\||$)/gsu, HIDDEN) : body;
}
