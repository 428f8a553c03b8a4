import { agoOf, dateOf, momentOf, secondOf, timestampOf } from "../lib/times.js";

const FORMS = { ago: agoOf, day: dateOf, moment: momentOf, second: secondOf };

// The times of a page that the server wrote, in the words and the zone in which the rooms tell them.
export function drawMoments(part = document) {
  for (const time of part.querySelectorAll("time[data-as]")) {
    const date = new Date(time.dateTime);
    time.textContent = FORMS[time.dataset.as](date);
    time.title = timestampOf(date);
  }
}

drawMoments();
