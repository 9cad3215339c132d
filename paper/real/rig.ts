/** Runs a load over real HTTP: processes of the command line, a durable queue, and the local platform. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { companion, platform, sequoia } from "../../demo/processes.ts";
import { openQueue } from "sequoia/queue";
import { readRunLog } from "sequoia/report";
import { type Run, runOf } from "../trial.ts";
import { stretched } from "./stretched.ts";

/** Functions run this many times as fast as their `time` says, and chains arrive as many times as often. */
export const SPEED = 10;

/** A load, and what it meets. */
export interface RealLoad {
  /** The workload's module, from the project's folder. */
  readonly workload: string;
  /** The options of `produce` and `spam` that say when chains arrive. */
  readonly arrivals: readonly string[];
  /** The profile of the local platform; of several: by name, with what `--platform` says of each. */
  readonly profile: string | Readonly<Record<string, readonly [profile: string, attachment: string]>>;
  /** The speed of functions, as its profiles have it: the run's times are made this many times as long. (Default: {@linkcode SPEED}) */
  readonly speed?: number;
  /** Functions tell when they ran, so that waits at the provider are known also of calls over HTTP. (Default: they do not) */
  readonly tells?: boolean;
}

/** The options of `consume`; undefined: functions trigger each other, without Sequoia. */
export type RealWay = readonly string[] | undefined;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Runs a load in one way. */
export async function realRun(load: RealLoad, way: RealWay): Promise<Run> {
  return await recorded(
    load,
    (log, folder) => way === undefined ? withoutSequoia(load, log) : withSequoia(load, way, folder, log),
  );
}

/**
 * Runs the same load in virtual time: what differs from it over real HTTP is not due to the load.
 *
 * @returns undefined: of several platforms, which the command line does not simulate
 */
export async function virtualRun(load: RealLoad, way: RealWay): Promise<Run | undefined> {
  const { profile } = load;
  if (typeof profile !== "string") return undefined;
  return await recorded(load, async (log, folder) => {
    const path = join(folder, "virtual.json"),
      options = [...loadOf(load), "--profile", profile, "--out", path];
    await run(["simulate", ...options, ...way ?? ["--baseline"]]);
    await Deno.rename(way === undefined ? path.replace(/json$/, "baseline.json") : path, log);
  });
}

/** The run that a program records. */
async function recorded(
  { speed = SPEED }: RealLoad,
  record: (log: string, folder: string) => Promise<void>,
): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-paper-" });
  try {
    const log = join(folder, "run.json");
    await record(log, folder);
    return await runOf(stretched(readRunLog(log).events, speed));
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

const loadOf = ({ workload, arrivals }: RealLoad) => [join(ROOT, workload), ...arrivals, "--seed", "1"];
const sentLoad = (load: RealLoad) => [...loadOf(load), "--max-late", "none"];

async function withoutSequoia(load: RealLoad, log: string): Promise<void> {
  if (typeof load.profile !== "string") throw new TypeError("Without Sequoia there is one platform");
  const collector = collectorOf(load);
  await using at = await platform(load.profile, option("--collector", collector));
  await run([
    "spam",
    ...sentLoad(load),
    ...["--local", at.address, "--profile", load.profile, "--out", log],
    ...option("--collect", collector),
  ]);
}

async function withSequoia(
  load: RealLoad,
  way: readonly string[],
  folder: string,
  log: string,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const collector = collectorOf(load), told = option("--collector", collector);
  const where = option("--collect", collector);
  if (typeof load.profile === "string") {
    where.push("--local", stack.use(await platform(load.profile, told)).address);
  } else {
    for (const [name, [profile, attachment]] of Object.entries(load.profile)) {
      const { address } = stack.use(await platform(profile, told));
      where.push("--platform", `${name}=http://${address},${attachment}`);
    }
  }
  const queue = ["--queue", `sqlite:${join(folder, "queue.db")}`];
  const consumer = stack.use(companion(["consume", ...way, ...queue, ...where, "--out", log], "null"));
  await live(queue[1]!, consumer.child);
  await run(["produce", ...sentLoad(load), ...queue, "--wait"]);
}

/** The address at which functions tell of their runs; undefined: they do not. */
function collectorOf({ tells = false }: RealLoad): string | undefined {
  if (!tells) return undefined;
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `${free.addr.hostname}:${free.addr.port}`;
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
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
