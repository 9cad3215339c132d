/** Web pages of others, and hostile callers, of a real server. */
import { assert, assertEquals } from "@std/assert";
import { deployed, serving } from "./api.ts";
import { runJson } from "./sequoia.ts";

/** Sends a request as it stands, and gives the status of the answer. */
async function raw(
  url: string,
  request: readonly string[],
  body = "",
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    ...request,
    "connection: close",
    ...body === "" ? [] : [`content-length: ${body.length}`],
    "",
    "",
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n") + body));
  const text = await new Response(connection.readable).text();
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text };
}

Deno.test("a page in the user's browser can make a server without keys do nothing, and read nothing", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const { host, port } = new URL(api.url);
  const json = "content-type: application/json";
  const paths = [
    "/v1/chains/hello",
    "/v1/instances/cancel",
    "/v1/instances",
    "/v1/openapi.json",
    "/v1/events",
    "/metrics",
    "/",
  ];
  for (const path of paths) {
    for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
      for (
        const name of [
          "evil.example",
          `evil.example:${port}`,
          "localhost.evil.example",
          "127.0.0.1.evil.example",
        ]
      ) {
        const { status } = await raw(
          api.url,
          [`${method} ${path} HTTP/1.1`, `host: ${name}`, json],
          method === "GET" ? "" : "{}",
        );
        assertEquals([method, path, name, status], [method, path, name, 403]);
      }
      for (
        const header of [
          "origin: https://evil.example",
          "origin: null",
          "sec-fetch-site: cross-site",
          "sec-fetch-site: same-site",
        ]
      ) {
        const { status, text } = await raw(api.url, [
          `${method} ${path} HTTP/1.1`,
          `host: ${host}`,
          header,
          json,
        ], method === "GET" ? "" : "{}");
        assertEquals([method, path, header, status], [method, path, header, 403]);
        assert(!/access-control/i.test(text), text);
      }
    }
  }
  // A form can send this without asking first, if it came from the same origin by some trick.
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    const { status } = await raw(api.url, [
      "POST /v1/chains/hello HTTP/1.1",
      `host: ${host}`,
      `content-type: ${type}`,
    ], "{}");
    assertEquals([type, status], [type, 415]);
  }
  const { queued } = await runJson(["queue", "status"], at) as { queued: number };
  assertEquals(queued, 0);
  for (const header of [`origin: http://${host}`, "sec-fetch-site: same-origin", "sec-fetch-site: none"]) {
    const { status } = await raw(
      api.url,
      ["POST /v1/chains/hello HTTP/1.1", `host: ${host}`, json, header],
      "{}",
    );
    assertEquals([header, status], [header, 201]);
  }
});

Deno.test({
  name:
    "thousands of connections, and bodies that never end, take little memory; others are answered meanwhile",
  ignore: Deno.build.os !== "linux", // where a process's memory can be read in /proc
  async fn() {
    await using at = await deployed();
    await using api = await serving(at);
    const { hostname, port } = new URL(api.url);
    const head = new TextEncoder().encode(
      `POST /v1/chains/hello HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n` +
        `content-length: 8000000\r\n\r\n${"[".repeat(60_000)}`,
    );
    const flood = async (count: number, bytes: Uint8Array) => {
      const open: Deno.Conn[] = [];
      for (let i = 0; i < count; i++) {
        try {
          const connection = await Deno.connect({ hostname, port: Number(port) });
          open.push(connection);
          await connection.write(bytes);
        } catch {
          // turned away
        }
      }
      return open;
    };
    const open = [...await flood(700, head), ...await flood(3000, new TextEncoder().encode("GET / HT"))];
    let answered = 0;
    while (answered < 20) { // some are turned away while all connections have a request
      const status = await api.call("POST", "/v1/chains/hello", {}).then(({ status }) => status, () => 0);
      if (status === 201) answered++;
    }
    const status = await Deno.readTextFile(`/proc/${api.server.pid}/status`);
    const most = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024;
    assert(most < 600, `it took ${most} MB`);
    for (const connection of open) connection.close();
  },
});
