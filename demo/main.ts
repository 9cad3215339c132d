// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * The demonstration: the same chains at the same times against the same platform with a hard concurrency limit, once
 * without Sequoia and once with it. Everything is real: processes, HTTP, a durable queue. Takes about 40 seconds.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAIN = join(ROOT, "cli", "main.ts");
const WORKLOAD = join(ROOT, "workloads", "mixed.ts");
const OUT = ".sequoia/demo";
/** The functions of the example chains run 20 times as fast as they would, to keep the demonstration short. */
const PROFILE = "hard-limit,limit=20,cold=25ms,speed=20";
const LIMIT = "20";
/** About a third more than twenty functions at a time can do. */
const LOAD = ["--poisson", "24", "--for", "10s", "--seed", "demo"];

function sequoia(args: readonly string[], stdout: "inherit" | "piped" = "inherit"): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, ...args],
    stdin: "null",
    stdout,
    stderr: "inherit",
  }).spawn();
}

async function run(args: readonly string[]): Promise<void> {
  const { code } = await sequoia(args).status;
  if (code !== 0) throw new Error(`sequoia ${args[0]} ended with ${code}`);
}

/** Starts a local platform on a free port; resolves when it listens. */
async function platform(): Promise<{ readonly address: string } & AsyncDisposable> {
  const child = sequoia(["functions", "--listen", "127.0.0.1:0", "--profile", PROFILE, "--json"], "piped");
  const { value = "" } = await child.stdout.pipeThrough(new TextDecoderStream()).values({
    preventCancel: true,
  }).next();
  const address = new URL(JSON.parse(value).url).host;
  const end = async () => {
    child.kill("SIGTERM");
    await child.status;
  };
  return { address, [Symbol.asyncDispose]: end };
}

interface Report {
  readonly chains: { readonly submitted: number; readonly completed: number; readonly dropped: number };
  readonly functions: { readonly throttled: number };
  readonly queueing_ms: { readonly mean: number };
}

async function reports(...paths: readonly string[]): Promise<[Report, Report]> {
  const child = sequoia(["report", ...paths, "--json"], "piped");
  return JSON.parse(await new Response(child.stdout).text());
}

function say(text: string): void {
  console.log(`\n\x1b[1m${text}\x1b[0m`);
}

await Deno.mkdir(OUT, { recursive: true });
const [spam, consume, html] = ["without.json", "with.json", "report.html"].map((name) => join(OUT, name)) as [
  string,
  string,
  string,
];
const queue = ["--queue", `sqlite:${join(OUT, "queue.db")}`];
for (const suffix of ["", "-wal", "-shm"]) {
  await Deno.remove(join(OUT, `queue.db${suffix}`)).catch(() => {}); // it need not be there
}

say("1. Without Sequoia: functions trigger each other, the platform refuses what exceeds its limit of 20");
{
  await using at = await platform();
  await run(["spam", WORKLOAD, ...LOAD, "--local", at.address, "--out", spam]);
}

say("2. With Sequoia: the same chains at the same times through a durable queue and the policy fair-share");
{
  await using at = await platform();
  const consumer = sequoia(
    [
      "consume",
      "--policy",
      "fair-share",
      "--limit",
      LIMIT,
      ...queue,
      "--local",
      at.address,
      "--out",
      consume,
    ],
  );
  await run(["produce", WORKLOAD, ...LOAD, ...queue, "--wait"]);
  consumer.kill("SIGTERM");
  await consumer.status;
}

say("3. The difference");
await run(["report", spam, consume, "--html", html]);

const [before, after] = await reports(spam, consume);
const lost = before.chains.dropped;
console.log(`
Without Sequoia the platform refused ${before.functions.throttled} calls, and ${lost} of ${before.chains.submitted} chains were lost:
what had run of them was in vain. With Sequoia ${after.chains.completed} of ${after.chains.submitted} completed, and no call was refused: what did
not fit waited its turn, ${
  Math.round(after.queueing_ms.mean)
} ms on average. Chains that ask for little did not wait for those that ask for much.

Next: open ${html} in a browser, then see README.md for your own workload and policy.`);
