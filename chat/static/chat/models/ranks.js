/** Roles above plain member in the open room, as far as the user needs them for permissions. */
export class Ranks {
  /** @type {number | null} */
  #room = null;
  /** @type {Map<number, string> | null} */
  #roles = null; // null: unknown

  /**
   * @param {number} room
   * @param {Record<string, string> | undefined} roles
   */
  replace(room, roles) {
    this.#room = room;
    this.#roles = roles ? new Map(Object.entries(roles).map(([id, role]) => [Number(id), role])) : null;
  }

  forget() {
    this.#roles = null;
  }

  /**
   * Updates a role; undefined for a user who left. An administrator's rights do not come from a role.
   * @param {number} room
   * @param {{ id: number }} user
   * @param {string | undefined} role
   */
  follow(room, { id }, role) {
    if (room !== this.#room || !this.#roles || this.#roles.get(id) === "administrator") return;
    if (role === undefined || role === "member") this.#roles.delete(id);
    else this.#roles.set(id, role);
  }

  /**
   * Returns the role that protects a user, or null if unknown.
   * @param {number} id
   */
  of(id) {
    return this.#roles && (this.#roles.get(id) ?? "member");
  }
}
