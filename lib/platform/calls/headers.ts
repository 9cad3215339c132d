/** Headers that say how a message is framed and carried: that is up to the client, whatever a function asks for. */
const CLIENTS_OWN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers by their names in lower case; of several that differ only in case the last one counts. */
export function byLowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  return Object.fromEntries(named.filter(([name]) => !CLIENTS_OWN.has(name)));
}
