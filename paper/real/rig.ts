/** Runs a load over real HTTP: processes of the command line, a durable queue, and the local platform. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { companion, platform, sequoia } from "../../demo/processes.ts";
import { openQueue } from "sequoia/queue";
import { readRunLog } from "sequoia/report";
import { type Run, runOf } from "../trial.ts";

/** A load, and what it meets. */
export interface RealLoad {
  /** The workload's module, from the project's folder. */
  readonly workload: string;
  /** The options of `produce` and `spam` that say when chains arrive. */
  readonly arrivals: readonly string[];
  /** The profile of the local platform; of several: by name, with what `--platform` says of each. */
  readonly profile: string | Readonly<Record<string, readonly [profile: string, attachment: string]>>;
}

/** The options of `consume`; undefined: functions trigger each other, without Sequoia. */
export type RealWay = readonly string[] | undefined;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Runs a load in one way. */
export async function realRun(load: RealLoad, way: RealWay): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-paper-" });
  try {
    const log = join(folder, "run.json");
    if (way === undefined) await withoutSequoia(load, log);
    else await withSequoia(load, way, folder, log);
    return await runOf(readRunLog(log).events);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a program to its end; what it prints is shown only if it fails, as its run log is read. */
async function run(args: readonly string[]): Promise<void> {
  const child = sequoia(args, { stdout: "null", stderr: "piped" });
  const [{ code }, log] = await Promise.all([child.status, new Response(child.stderr).text()]);
  if (code !== 0) throw new Error(`sequoia ${args.join(" ")} ended with ${code}: ${log}`);
}

const loadOptions = ({ workload, arrivals }: RealLoad) => [
  join(ROOT, workload),
  ...arrivals,
  ...["--seed", "1", "--max-late", "none"],
];

async function withoutSequoia(load: RealLoad, log: string): Promise<void> {
  if (typeof load.profile !== "string") throw new TypeError("Without Sequoia there is one platform");
  await using at = await platform(load.profile);
  await run([
    "spam",
    ...loadOptions(load),
    "--local",
    at.address,
    "--profile",
    load.profile,
    "--out",
    log,
  ]);
}

async function withSequoia(
  load: RealLoad,
  way: readonly string[],
  folder: string,
  log: string,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const where: string[] = [];
  if (typeof load.profile === "string") {
    where.push("--local", stack.use(await platform(load.profile)).address);
  } else {
    for (const [name, [profile, attachment]] of Object.entries(load.profile)) {
      const { address } = stack.use(await platform(profile));
      where.push("--platform", `${name}=http://${address},${attachment}`);
    }
  }
  const queue = ["--queue", `sqlite:${join(folder, "queue.db")}`];
  const consumer = stack.use(companion(["consume", ...way, ...queue, ...where, "--out", log], "null"));
  await live(queue[1]!, consumer.child);
  await run(["produce", ...loadOptions(load), ...queue, "--wait"]);
}

/** Looks for a consumer this often, in milliseconds. */
const LOOK_MS = 200;

/** Waits until a consumer of a queue is alive: what it misses of the load while it starts would count against its policy. */
async function live(address: string, consumer: Deno.ChildProcess): Promise<void> {
  await using queue = await openQueue(address);
  let hasEnded = false;
  consumer.status.then(() => hasEnded = true);
  while ((await queue.consumers()).length === 0) {
    if (hasEnded) throw new Error("sequoia consume has ended before the load began");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
