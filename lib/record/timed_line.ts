/** A line by which somebody says when a call started or ended: `<who>-<start|end>-<seconds since 1970>-<id>`. */
export interface TimedLine {
  readonly who: string;
  readonly status: "start" | "end";
  /** In milliseconds since 1970; undefined if the line has no readable time. */
  readonly atMs: number | undefined;
  /** The id of the call, in the words of its caller; any text. */
  readonly id: string;
}

/** Nothing was logged before 1973. */
const SECONDS = String.raw`\d{9,11}(?:\.\d{1,9})?`;
/** A `-` may stand in the id and, if the time is readable, also in the name: it ends where a time follows. */
const TIMED = new RegExp(String.raw`^(\w[\w.:/@-]{0,127}?)-(start|end)-(${SECONDS})-(.*)$`);
const UNTIMED = /^(\w[\w.:/@]{0,127})-(start|end)-[^-]*-(.*)$/;

/** Reads such a line. @returns undefined if it is something else */
export function parseTimedLine(text: string): TimedLine | undefined {
  const line = text.trim();
  const [, who, status, seconds, id] = TIMED.exec(line) ?? [];
  if (who !== undefined) {
    return { who, status: status as TimedLine["status"], atMs: Number(seconds) * 1000, id: id! };
  }
  const [, sayer, what, about] = UNTIMED.exec(line) ?? [];
  return sayer === undefined
    ? undefined
    : { who: sayer, status: what as TimedLine["status"], atMs: undefined, id: about! };
}
