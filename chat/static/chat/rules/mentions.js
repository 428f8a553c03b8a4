/**
 * Whether a message addresses a person: by their id, or with everyone.
 * @type {(message: { told?: number[] | "everyone" }, user: { id: number }) => boolean}
 */
export const tells = ({ told }, { id }) => told === "everyone" || Boolean(told?.includes(id));
