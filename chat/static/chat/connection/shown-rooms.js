// Rooms that this tab showed, kept across reloads and pages. After a lost socket the user lingers there, since the tab
// may be back. If the tab now shows another room or none, it ends the linger.
const KEY = "shown";
const SOON = 1000; // ms: the server may learn of this page before it learns that the last page's socket is closed

/** @type {number | null} */
let latest = null; // room of this page: switching from it to another room leaves it

/** @param {number} room */
export function noteShown(room) {
  const others = noted().filter((each) => each !== latest && each !== room);
  sessionStorage.setItem(KEY, JSON.stringify([...others, room]));
  latest = room;
}

/**
 * Ends lingers with each new socket. `shown` returns the room that the page shows, if any.
 * @param {import("./socket.js").Socket} socket
 * @param {() => number | null} shown
 */
export function leaveEarlier(socket, shown = () => null) {
  setTimeout(() => {
    const earlier = noted().filter((room) => room !== shown());
    sessionStorage.setItem(KEY, JSON.stringify(noted().filter((room) => !earlier.includes(room))));
    // If this fails, the linger ends by itself.
    for (const room of earlier) socket.command("room.close", { room }).catch(() => {});
  }, SOON);
}

/** @returns {number[]} */
function noted() {
  const rooms = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  return Array.isArray(rooms) ? rooms : [];
}
