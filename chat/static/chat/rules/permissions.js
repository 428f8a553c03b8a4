import { postingBlockOf } from "./posting-block.js";

// What the person of the tab may do with a message. The server decides it in the same way (chat/permissions/), and has the
// last word: one table of cases tests both.

/**
 * The rules as the server says them: what each role may do, the roles by rank, that of administrators by the kind of the
 * room, and what is left to do in an archived room.
 * @typedef {{ acts: Record<string, string[]>, ranks: string[], administrators: Record<string, string>,
 *   archived: string[] }} Permissions
 */

/**
 * Who looks at a room, and what they know of it. `roleOf`: the role that protects an author, or null where nobody knows.
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
 * Whether a role of the viewer is enough, also where the room is archived.
 * @param {Viewer} viewer
 * @param {string} act
 */
export function allows(viewer, act) {
  return rolesOf(viewer).some((role) => viewer.permissions.acts[role].includes(act));
}

/**
 * Whether the viewer may do this in the room as it is now.
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
 * The names of what the viewer may do with a message, or to its author: of what others said, not before it is known what
 * protects its author.
 * @param {Viewer} viewer
 * @param {Message} message
 * @returns {Set<string>}
 */
export function actionsOn(viewer, message) {
  const isOwn = message.author.id === viewer.me.id && !message.notice;
  const isText = message.kind !== "notice"; // nobody quotes a notice, and so on
  const block = blockOf(viewer);
  const mayTouch = !block || block.why === "read_only"; // there, everyone may still react, pin, and edit what they said
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
