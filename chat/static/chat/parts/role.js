import { gettext } from "../lib/i18n.js";
import { html, nothing } from "../vendor/lit.js";

// Mark of a role; none for plain members.
export function roleMark({ role }) {
  const words = wordsFor(role);
  return words ? html`<i class="role" data-role=${role}>${words}</i>` : nothing;
}

function wordsFor(role) {
  if (role === "owner") return gettext("owner");
  return role === "moderator" ? gettext("moderator") : null;
}
