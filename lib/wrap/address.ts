/** The address at which a collector listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port` or `[v6]:port`; undefined if it is neither, or if the port is 0, on which nobody can listen. */
export function parseAddress(text: string | null | undefined): Address | undefined {
  const match = /^\s*(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})\s*$/i.exec(text ?? "");
  return match ? addressOf(match[1] ?? match[2], match[3]) : undefined;
}

/** An address of its two parts, as events have them; undefined if they are none. */
export function addressOf(host: unknown, port: unknown): Address | undefined {
  const number = typeof port === "string" || typeof port === "number" ? Number(port) : NaN; // objects may throw
  if (typeof host !== "string" || host === "" || host.length > 255) return undefined;
  return Number.isInteger(number) && number > 0 && number < 65_536 ? { host, port: number } : undefined;
}
