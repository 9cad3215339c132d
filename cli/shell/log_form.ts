/** The form of the log that was opened last; every program that writes to stderr keeps to it. */
export const logForm = {
  /** Whether each line is a JSON object. */
  isJson: false,
  /** Whether it has what is for developers. */
  isDebug: false,
};

/**
 * A line of a JSON log.
 *
 * @param level as in `INFO`
 * @param atMs the instant, in milliseconds since 1970
 * @param fields plain values of JSON, which stand beside time, level and message
 */
export function jsonLine(level: string, atMs: number, message: string, fields: object = {}): string {
  return JSON.stringify({ time: new Date(atMs).toISOString(), level, message, ...fields });
}
