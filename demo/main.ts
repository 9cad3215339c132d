// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * The demonstration: the same chains at the same times against the same platform with a hard concurrency limit, once
 * without Sequoia and once with it. Everything is real: processes, HTTP, a durable queue. Takes about 40 seconds. The
 * verdict is that of the report: nothing is said of the runs that does not follow from their logs.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { companion, platform, run } from "./processes.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WORKLOAD = join(ROOT, "workloads", "mixed.ts");
const OUT = ".sequoia/demo";
/** The functions of the example chains run 20 times as fast as they would, to keep the demonstration short. */
const PROFILE = "hard-limit,limit=20,cold=25ms,speed=20";
const LIMIT = "20";
/** About a third more than twenty functions at a time can do; on a busy machine the report says that it came late. */
const LOAD = ["--poisson", "24", "--for", "10s", "--seed", "demo", "--max-late", "none"];

function say(text: string): void {
  const isBold = Deno.stdout.isTerminal() && !Deno.noColor;
  console.log(isBold ? `\n\x1b[1m${text}\x1b[0m` : `\n${text}`);
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

say(`1. Without Sequoia: functions trigger each other, on a platform that runs ${LIMIT}
   of them at once and refuses the others`);
{
  await using at = await platform(PROFILE);
  await run(["spam", WORKLOAD, ...LOAD, "--local", at.address, "--out", spam]);
}

say(`2. With Sequoia: the same chains at the same times, through a durable queue and
   the policy fair-share`);
{
  await using at = await platform(PROFILE);
  const policy = ["--policy", "fair-share", "--limit", LIMIT];
  await using _consumer = companion([
    "consume",
    ...policy,
    ...queue,
    "--local",
    at.address,
    "--out",
    consume,
  ]);
  await run(["produce", WORKLOAD, ...LOAD, ...queue, "--wait"]);
}

say("3. The difference");
await run(["report", `platform alone=${spam}`, `sequoia=${consume}`, "--brief", "--html", html]);
say(`The load is more than the platform can run in this time. Alone, it drops
chains, and the others are quick; with Sequoia all run, and take longer.`);
say(`Next: open ${html} in a browser,
then see README.md for your own workload and policy.`);
