/**
 * Reports the browser's time zone if the server does not know the user's: other users see their local time.
 * @param {import("./socket.js").Socket} socket
 */
export function tellZone(socket) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  socket.addEventListener("hello", (event) => {
    const { detail } = /** @type {CustomEvent<Hello>} */ (event);
    if (detail.time_zone !== null || !timeZone) return;
    socket.command("person.zone", { time_zone: timeZone }).catch(() => {}); // the next hello retries
  });
}
