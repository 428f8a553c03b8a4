import { postingBlockOf } from "./posting-block.js";

// Permissions of the tab's user on messages. The server has the same rules (chat/permissions/), and the last word: one
// table of cases tests both.

/**
 * The server's rules: acts of each role, roles by rank, the role of administrators by kind of room, and acts that
 * remain possible in an archived room.
 * @typedef {{ acts: Record<string, string[]>, ranks: string[], administrators: Record<string, string>,
 *   archived: string[] }} Permissions
 */

/**
 * The user who views a room, and their knowledge of it. `roleOf`: the role that protects an author, or null if unknown.
 * @typedef {{ permissions: Permissions, me: { id: number }, room: Room | undefined, isAdministrator: boolean,
 *   blocks: { has(id: number): boolean }, roleOf: (id: number) => string | null }} Viewer
 */

/**
 * @param {Pick<Viewer, "room" | "isAdministrator" | "permissions">} viewer
 * @returns {string[]}
 */
export function rolesOf({ room, isAdministrator, permissions }) {
  if (!room) return [];
  const administrator = isAdministrator ? permissions.administrators[room.kind] : undefined;
  return administrator ? [room.role, administrator] : [room.role];
}

/**
 * Returns true if a role of the user allows the act, even in an archived room.
 * @param {Viewer} viewer
 * @param {string} act
 */
export function allows(viewer, act) {
  return rolesOf(viewer).some((role) => viewer.permissions.acts[role].includes(act));
}

/**
 * Returns true if the user may do this in the room in its present state.
 * @param {Viewer} viewer
 * @param {string} act
 */
export function isPossible(viewer, act) {
  return allows(viewer, act) && (!viewer.room?.archived || viewer.permissions.archived.includes(act));
}

/** @param {Viewer} viewer */
export function blockOf(viewer) {
  return postingBlockOf(viewer.room, allows(viewer, "post_always"), viewer.blocks);
}

/**
 * Returns the actions of the user on a message or its author. Actions on another user's message need that user's role
 * to be known.
 * @param {Viewer} viewer
 * @param {Message} message
 * @returns {Set<string>}
 */
export function actionsOn(viewer, message) {
  const isOwn = message.author.id === viewer.me.id && !message.notice;
  const isText = message.kind !== "notice"; // notices cannot be quoted, and so on
  const block = blockOf(viewer);
  // in such a room, everyone may still react, pin, and edit their own messages
  const mayTouch = !block || block.why === "read_only";
  const mayDelete = isOwn
    ? isPossible(viewer, "post")
    : isPossible(viewer, "delete_any") && (message.notice || isAbove(viewer, message.author));
  const may = {
    edit: isOwn && mayTouch,
    pin: isText && mayTouch,
    react: isText && mayTouch,
    quote: isText && !block,
    report: isText && !isOwn && isPossible(viewer, "report"),
    delete: mayDelete,
    purge: mayDelete && isText && !isOwn,
  };
  return new Set(
    message.deleted ? [] : Object.entries(may).flatMap(([action, isAllowed]) => (isAllowed ? action : [])),
  );
}

/**
 * @param {Viewer} viewer
 * @param {{ id: number }} author
 */
function isAbove(viewer, { id }) {
  const { ranks } = viewer.permissions;
  const role = viewer.roleOf(id);
  return role !== null && Math.max(...rolesOf(viewer).map((own) => ranks.indexOf(own))) > ranks.indexOf(role);
}
