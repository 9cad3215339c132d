/**
 * Fetches what belongs to this machine: by no proxy, whatever the environment says. For a few requests that are no calls of functions.
 *
 * @param url https is fetched as always
 * @throws {TypeError} as `fetch` does
 */
export async function fetchDirectly(url: string, init: RequestInit): Promise<Response> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "http:") return await fetch(url, init);
  const plain = hostname.replace(/^\[|\]$/g, "");
  const client = Deno.createHttpClient({
    proxy: { transport: "tcp", hostname: plain, port: Number(port) || 80 },
  });
  try {
    return await fetch(url, { ...init, client });
  } finally {
    client.close(); // the calls under way go on
  }
}
