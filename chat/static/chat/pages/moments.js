import { agoOf, dateOf, momentOf, secondOf, timestampOf } from "../lib/times.js";

const FORMS = { ago: agoOf, day: dateOf, moment: momentOf, second: secondOf };

// Formats the times in server-rendered pages as the rooms do, in the user's time zone.
export function drawMoments(part = document) {
  for (const time of part.querySelectorAll("time[data-as]")) {
    const date = new Date(time.dateTime);
    time.textContent = FORMS[time.dataset.as](date);
    time.title = timestampOf(date);
  }
}

drawMoments();
