/** Hostile callers of a real local platform. */
import { assert, assertEquals } from "@std/assert";
import { folder, Running } from "./sequoia.ts";

const CONNECTIONS = 300;
const ANNOUNCED = 6_000_000;

Deno.test({
  name:
    "requests that announce megabytes and send little of it take little memory, and others are answered meanwhile",
  ignore: Deno.build.os !== "linux", // where a process's memory can be read in /proc
  async fn() {
    await using at = await folder();
    await using server = new Running(["functions", "--listen", "127.0.0.1:0", "--json"], at);
    const [, host, port] = await server.says(/"url":"http:\/\/([\d.]+):(\d+)"/);
    await using stack = new AsyncDisposableStack();
    const head = `POST /f/x HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${ANNOUNCED}\r\n\r\n${
      "x".repeat(1000)
    }`;
    const bytes = new TextEncoder().encode(head);
    for (let i = 0; i < CONNECTIONS; i++) {
      const connection = stack.use(await Deno.connect({ hostname: host!, port: Number(port) }));
      await connection.write(bytes);
    }
    const answer = await fetch(`http://${host}:${port}/f/x`, { method: "POST", body: "x".repeat(ANNOUNCED) });
    assertEquals([answer.status, await answer.json()], [200, { ok: true }]);
    const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
    const most = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024;
    assert(most < 600, `it took ${most} MB`);
  },
});
