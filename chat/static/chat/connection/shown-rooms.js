// The rooms that this tab showed, over reloads and from page to page. A lost socket lingers there, since the tab may be back;
// where it shows another room by now, or none, it is not.
const KEY = "shown";
const SOON = 1000; // ms: the server may hear of this page before it hears that the socket of the last one is closed

/** @type {number | null} */
let latest = null; // of this page: going on from it to another room leaves it

/** @param {number} room */
export function noteShown(room) {
  const others = noted().filter((each) => each !== latest && each !== room);
  sessionStorage.setItem(KEY, JSON.stringify([...others, room]));
  latest = room;
}

/**
 * With each new socket. `shown` gives the room that the page shows, if any.
 * @param {import("./socket.js").Socket} socket
 * @param {() => number | null} shown
 */
export function leaveEarlier(socket, shown = () => null) {
  setTimeout(() => {
    const earlier = noted().filter((room) => room !== shown());
    sessionStorage.setItem(KEY, JSON.stringify(noted().filter((room) => !earlier.includes(room))));
    // Where this fails, the linger ends by itself.
    for (const room of earlier) socket.command("room.close", { room }).catch(() => {});
  }, SOON);
}

/** @returns {number[]} */
function noted() {
  const rooms = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  return Array.isArray(rooms) ? rooms : [];
}
