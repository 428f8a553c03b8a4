const INPUTS = ["keydown", "pointermove", "wheel", "touchstart"];
const MINUTE = 60_000; // ms: a user is away after five minutes without input, so once a minute is enough

/**
 * Reports input in this tab to the server.
 * @param {import("./socket.js").Socket} socket
 */
export function touchOnInput(socket) {
  let last = -Infinity;
  const touch = () => {
    last = performance.now();
    socket.command("presence.touch").catch(() => {}); // without a connection there is no one to report to
  };
  const touchNowAndThen = () => performance.now() - last > MINUTE && touch();
  for (const input of INPUTS) addEventListener(input, touchNowAndThen, { passive: true, capture: true });
  socket.addEventListener("hello", touch);
}
