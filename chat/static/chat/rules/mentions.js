// Whether a message addresses a person: by their id, or with everyone.
export const tells = ({ told }, { id }) => told === "everyone" || Boolean(told?.includes(id));
