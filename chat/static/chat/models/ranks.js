/** Those who are more than members of the shown room, as far as the person has to know who they act on. */
export class Ranks {
  /** @type {number | null} */
  #room = null;
  /** @type {Map<number, string> | null} */
  #roles = null; // null: not known

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
   * Somebody has another role, or is no member any more. An administrator's rights do not come from a role.
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
   * The role that protects somebody, or null where that is not known.
   * @param {number} id
   */
  of(id) {
    return this.#roles && (this.#roles.get(id) ?? "member");
  }
}
