/** The cost of functions that report their runs over a connection for each line, as the original's wrapper does. */
import { fileURLToPath } from "node:url";
import type { Figure } from "./figures.ts";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const CONNECTIONS = 20_000;
/** The number of senders that connect at once. */
const SENDERS = 32;

/** The processor time that a process has taken, in milliseconds; as Linux counts it, in hundredths of a second. */
async function cpuMs(pid: number): Promise<number> {
  const [user, system] = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(" ").slice(13, 15).map(Number);
  return (user! + system!) * 10;
}

/** Figures of a collector in a process of its own. */
export async function collectBench(): Promise<Figure[]> {
  const collector = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, "collect", "127.0.0.1:0", "--out", "none", "--json"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = collector.stderr.getReader();
  const { value } = await said.read();
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(new TextDecoder().decode(value))![1]);
  const send = sender(port);
  await send(1000); // its code is compiled while it runs
  const beforeMs = await cpuMs(collector.pid), since = performance.now();
  await send(CONNECTIONS);
  const ms = performance.now() - since, busyMs = await cpuMs(collector.pid) - beforeMs;
  collector.kill("SIGTERM");
  await said.cancel();
  const { lines } = await new Response(collector.stdout).json();
  return [
    {
      name: "connections a second of its processor time",
      value: CONNECTIONS / busyMs * 1000,
      unit: "connections/s",
      atLeast: 10_000,
    },
    {
      name: "connections a second, with the senders beside it",
      value: CONNECTIONS / ms * 1000,
      unit: "connections/s",
    },
    { name: "lines lost", value: CONNECTIONS + 1000 - lines, unit: "lines", atMost: 0 },
  ];
}

function sender(port: number): (connections: number) => Promise<void> {
  const utf8 = new TextEncoder();
  let sent = 0;
  return async (connections) => {
    const until = sent + connections;
    await Promise.all(Array.from({ length: SENDERS }, async () => {
      while (sent < until) {
        const i = sent++, status = i % 2 === 0 ? "start" : "end";
        const seconds = ((performance.timeOrigin + performance.now()) / 1000).toFixed(6);
        using connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(utf8.encode(`functionSide-${status}-${seconds}-01J/node${i >> 1}\n`));
      }
    }));
  };
}
