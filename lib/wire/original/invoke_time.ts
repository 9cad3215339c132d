/**
 * An instant as the original writes it, like Python's `datetime.now().isoformat()`: local time, no zone, microseconds.
 *
 * @param atMs milliseconds since 1970
 */
export function invokeTime(atMs: number): string {
  const wholeMs = Math.floor(atMs);
  const at = new Date(wholeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const micros = at.getMilliseconds() * 1000 + Math.floor((atMs - wholeMs) * 1000);
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}` +
    `T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${
      String(micros).padStart(6, "0")
    }`;
}

/**
 * Reads the original's time. It has no zone: it is taken for this machine's, as if sender and reader shared one.
 *
 * @returns milliseconds since 1970, or undefined if the text is no time
 */
export function parseInvokeTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?$/.exec(text);
  if (!match) return undefined;
  const secondMs = new Date(`${match[1]}T${match[2]}`).getTime();
  return Number.isNaN(secondMs) ? undefined : secondMs + Number(match[3] ?? 0) * 1000;
}
