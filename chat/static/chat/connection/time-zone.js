/**
 * Tells the server where the person is, as the browser knows it, where it does not know it yet: others see their local
 * time.
 * @param {import("./socket.js").Socket} socket
 */
export function tellZone(socket) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  socket.addEventListener("hello", (event) => {
    const { detail } = /** @type {CustomEvent<Hello>} */ (event);
    if (detail.time_zone !== null || !timeZone) return;
    socket.command("person.zone", { time_zone: timeZone }).catch(() => {}); // the next hello is another occasion
  });
}
