/** The most characters of an event that has not ended: more is no answer of Sequoia. */
const MOST_CHARACTERS = 4_000_000;

/** Takes server-sent events apart, however their text is cut. */
export class EventParser {
  #rest = "";

  /**
   * The events that a piece of the stream completes.
   *
   * @param {string} text
   * @returns {{ event: string, data: string }[]}
   * @throws {RangeError} if an event is too long
   */
  push(text) {
    const blocks = (this.#rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    if (this.#rest.length > MOST_CHARACTERS) {
      throw new RangeError(`Cannot read the events: one is longer than ${MOST_CHARACTERS} characters`);
    }
    return blocks.map(eventOf).filter(({ data }) => data !== "");
  }
}

/** @param {string} block */
function eventOf(block) {
  const fields = block.split("\n").map((line) => {
    const colon = line.indexOf(":");
    return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
  });
  const of = (/** @type {string} */ name) =>
    fields.filter(([field]) => field === name).map(([, value]) => value);
  return { event: of("event").at(-1) ?? "message", data: of("data").join("\n") };
}
