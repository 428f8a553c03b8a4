// The room that this tab showed last, over reloads and from page to page. A lost socket lingers there, since the tab may be
// back; where it shows another room by now, or none, it is not.
const KEY = "shown";

export function noteShown(room) {
  sessionStorage.setItem(KEY, room);
}

// With each new socket, before a room is opened.
export function leaveEarlier(socket, shown = null) {
  const earlier = Number(sessionStorage.getItem(KEY));
  if (!earlier || earlier === shown) return;
  sessionStorage.removeItem(KEY);
  socket.command("room.close", { room: earlier }).catch(() => {}); // else the linger ends by itself
}
