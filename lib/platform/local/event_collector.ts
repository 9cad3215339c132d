import { collectorText } from "../http/http.ts";

/** An event of a call that names a collector, and that as the header of a call would: `host:port`. */
export interface EventCollector {
  readonly event: unknown;
  readonly collector: string;
}

/** Whether a text may be an event that names a port. */
const NAMES_PORT = /"port"\s*:\s*"?[1-9]/;

/** Reads which collector an event names by `ip` and `port`, as those of the original's callers do; undefined: none. */
export function eventCollector(text: string): EventCollector | undefined {
  if (!NAMES_PORT.test(text)) return undefined; // nearly always, and much cheaper than to parse it
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof event !== "object" || event === null) return undefined;
  const { ip, port } = event as { readonly ip?: unknown; readonly port?: unknown };
  const number = typeof port === "number" || typeof port === "string" ? Number(port) : NaN; // objects may throw
  if (typeof ip !== "string" || !/^[\w.:-]{1,255}$/.test(ip)) return undefined;
  if (!Number.isInteger(number) || number < 1 || number > 65_535) return undefined;
  return { event, collector: collectorText({ ip, port: number }) };
}
