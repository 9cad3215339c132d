/** An address to listen at. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Reads `host:port` or `[v6]:port`. @throws {SyntaxError} if the text is neither */
export function listenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new SyntaxError(`Cannot use "${text}" as an address. Write host:port, for example 127.0.0.1:7070`);
  }
  return { hostname: match[1] ?? match[2]!, port };
}
