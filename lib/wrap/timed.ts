/**
 * An answer for HTTP, as AWS Lambda and OpenWhisk have it, with the header Server-Timing; anything else as it is. It is one
 * if it has a status code, as only then its headers count as such everywhere.
 */
export function timed(result: unknown, timing: string): unknown {
  if (typeof result !== "object" || result === null || !("statusCode" in result)) return result;
  const { headers } = result as { headers?: Record<string, unknown> };
  const name = Object.keys(headers ?? {}).find((key) => key.toLowerCase() === "server-timing") ??
    "server-timing";
  const before = headers?.[name];
  return {
    ...result,
    headers: { ...headers, [name]: before === undefined ? timing : `${before}, ${timing}` },
  };
}
