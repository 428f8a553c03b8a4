const LENGTH = 32; // messages

/** @typedef {import("../rules/log-rows.js").Row} Row */

// Stretches of a log's rows, which the browser lays out and skips as a whole (css/conversation.css). A message stays in
// its stretch when others are added around it.
export class LogStretches {
  /** @type {Map<string, number>} */
  #numbers = new Map(); // number of each stored message's stretch, by the key of its row

  /**
   * Returns [{ number, rows }, …]. A heading, such as a day, belongs to the stretch of the next message.
   * @param {Row[]} rows
   */
  of(rows) {
    const numbers = this.#numbersOf(rows.filter(({ message }) => message));
    /** @type {{ number: number, rows: Row[] }[]} */
    const stretches = [];
    /** @type {Row[]} */
    let before = [];
    for (const row of rows) {
      before.push(row);
      if (!row.message) continue;
      const number = numbers.get(row.key) ?? 0;
      const latest = stretches.at(-1);
      if (latest?.number === number) latest.rows.push(...before);
      else stretches.push({ number, rows: before });
      before = [];
    }
    const stored = rows.filter(({ message }) => message?.position !== undefined);
    this.#numbers = new Map(stored.map(({ key }) => [key, numbers.get(key) ?? 0]));
    return stretches;
  }

  /**
   * New messages fill the last stretch; older ones form stretches before the first.
   * @param {Row[]} rows
   */
  #numbersOf(rows) {
    const at = Math.max(
      0,
      rows.findIndex(({ key }) => this.#numbers.has(key)),
    );
    const first = this.#numbers.get(rows[at]?.key) ?? 0;
    /** @type {Map<string, number>} */
    const numbers = new Map();
    for (let back = at; back > 0; back -= 1) {
      numbers.set(rows[at - back].key, first - Math.ceil(back / LENGTH));
    }
    let [number, length] = [first, 0];
    for (const { key } of rows.slice(at)) {
      const known = this.#numbers.get(key) ?? (length < LENGTH ? number : number + 1);
      length = known > number ? 1 : length + 1;
      number = Math.max(number, known);
      numbers.set(key, number);
    }
    return numbers;
  }
}
