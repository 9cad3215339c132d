/** The cost of the local platform beside a bare server, and its memory for calls in flight. */
import { startServer } from "./calls.ts";
import { type Figure, median } from "./figures.ts";
import { answersPerS } from "./pipelined.ts";

/** Many short rounds, as what else the machine does comes and goes. */
const ROUNDS = 30;
const LOAD = { connections: 32, depth: 8, forMs: 150 };
/** Until what is hot has been compiled well. */
const WARM_UP_MS = 3000;
/** The body that consumers send, without inputs. */
const BODY = JSON.stringify({
  id: "01KB0000000000000000000000/publish_init",
  name: "functionSide",
  ip: "127.0.0.1",
  port: 0,
  chain: "fan7",
  instance: "01KB0000000000000000000000",
  node: "publish_init",
  attempt: 1,
  args: {},
  inputs: {},
});
/** Profiles that are measured, and what is measured of each. */
const PROFILES: readonly (readonly [profile: string, what: string])[] = [
  ["ideal", "ideal"],
  ["aws-lambda,cold=0ms", "aws-lambda, warm"],
  ["hard-limit,limit=1,cold=0ms", "hard-limit, nearly all refused"],
];
const IN_FLIGHT = 5000;

/** Starts the local platform in its own process, by the command line. */
async function startPlatform(
  profile: string,
): Promise<{ readonly url: string; readonly pid: number } & AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "cli/main.ts",
      "functions",
      "--listen",
      "127.0.0.1:0",
      "--json",
      "--profile",
      profile,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { value = "" } = await child.stdout.pipeThrough(new TextDecoderStream()).values({
    preventCancel: true,
  }).next();
  const { url } = JSON.parse(value) as { url: string };
  const end = async () => {
    child.kill("SIGKILL");
    await child.status;
  };
  return { url: `${url}/f/publish_init`, pid: child.pid, [Symbol.asyncDispose]: end };
}

/** Answers a second of the local platform, as parts of those of a bare server at the same time. */
async function ratios(): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const bare = stack.use(await startServer());
  const measure = (url: string, forMs = LOAD.forMs) =>
    answersPerS({ ...LOAD, forMs, url: new URL(url), body: BODY });
  const found = PROFILES.map(([profile, what]) => ({
    profile,
    what,
    perS: [] as number[],
    of: [] as number[],
  }));
  const barePerS: number[] = [];
  const servers = await Promise.all(PROFILES.map(([profile]) => startPlatform(profile)));
  for (const server of servers) stack.use(server);
  const urls = servers.map(({ url }) => url);
  for (const url of [bare.url, ...urls]) await measure(url, WARM_UP_MS);
  for (let i = 0; i < ROUNDS; i++) {
    for (const [at, { perS, of }] of found.entries()) {
      const before = await measure(bare.url),
        local = await measure(urls[at]!),
        after = await measure(bare.url);
      barePerS.push(before, after);
      perS.push(local);
      of.push(2 * local / (before + after));
    }
  }
  return [
    { name: "a bare Deno.serve", value: median(barePerS), unit: "calls/s" },
    ...found.flatMap(({ what, perS, of }): Figure[] => [
      { name: `the local platform, ${what}`, value: median(perS), unit: "calls/s" },
      { name: `the local platform, ${what}`, value: median(of), unit: "of bare", atLeast: 0.7 },
    ]),
  ];
}

/** The greatest memory of the local platform while calls run, or wait, that take some seconds. */
async function memoryMb(profile: string): Promise<number> {
  await using server = await startPlatform(profile);
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: IN_FLIGHT });
  const headers = {
    "content-type": "application/json",
    "x-sequoia-time": JSON.stringify({ kind: "constant", ms: 5000 }),
  };
  const call = async () => {
    const response = await fetch(server.url, { method: "POST", body: BODY, headers, client });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`answered with status ${response.status}`);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, call));
  client.close();
  const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}

/** Measures the local platform's server. The memory is that of Linux. */
export async function localPlatformBench(): Promise<Figure[]> {
  const figures = await ratios();
  for (
    const [profile, what] of [["ideal", "run"], [
      "hard-limit,limit=2500,queue=2500,cold=0ms",
      "run or wait",
    ]] as const
  ) {
    figures.push({
      name: `5,000 calls in flight, which ${what}`,
      value: await memoryMb(profile),
      unit: "MB",
      atMost: 500,
    });
  }
  return figures;
}
