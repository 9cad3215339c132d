// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * Runs the tests of a lane (see tests/lanes.ts), in several processes at once:
 *
 *     deno run -A tools/suite/main.ts LANE [FILE|FOLDER…] [--filter NAME] [--within DURATION]
 *
 * Files of unit tests share a process (`together.ts`); what needs one of its own has it. What is named is run whether the lane
 * leaves it out or not, each file in a process of its own. Whatever happens, it says at the end what failed, what was
 * skipped and what took longest; `--within` ends what is not over by then.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parsePositiveDuration } from "../../lib/model/durations.ts";
import { laneOf, LANES, runs, runsProgram } from "../../tests/lanes.ts";
import { makeProgram } from "../program.ts";
import { memoryFolder } from "./memory_folder.ts";
import { planLane, planNamed, saysAlone } from "./plan.ts";
import { runAll } from "./pool.ts";
import { runFiles } from "./run_files.ts";
import { type FileResult, isWell, lineOf, summaryOf } from "./summary.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where the program is made that tests run; the same in each run, as the runtime keeps what it has compiled by the path. */
const PROGRAM = `${ROOT}/dist/program`;

/**
 * A file that takes longer, in milliseconds, hangs: the longest takes three minutes on a slow machine under load. One that
 * is to repeat its tests more often than in full may take longer by that.
 */
const LONGEST_MS = 10 * 60_000 * runs(1, { RUNS: Deno.env.get("RUNS") ?? "1" });

/** Files at once: many wait for most of their time, so there are more than the machine has cores. */
const AT_ONCE = navigator.hardwareConcurrency + 2;

/** Folders without tests of the project. */
const PASSED_OVER = new Set(["dist", ".sequoia", ".git", "coverage"]);

const { positionals: [LANE, ...named], values: { filter, within } } = parseArgs({
  args: Deno.args,
  options: { filter: { type: "string" }, within: { type: "string" } },
  allowPositionals: true,
});
if (LANE === undefined) {
  throw new RangeError(`Cannot run tests: name a lane, ${Object.keys(LANES).join(", ")}`);
}
const lane = laneOf({ LANE });
const all = await Array.fromAsync(testsIn(ROOT));
const { processes, leftOut } = named.length === 0
  ? planLane(
    all,
    filter === undefined ? lane : { ...lane, together: 1 },
    (path) => saysAlone(Deno.readTextFileSync(`${ROOT}/${path}`)),
  )
  : planNamed(all, named.map((name) => relative(ROOT, name).replace(/\/$/, "")));
const files = processes.flat();
if (files.length === 0) throw new RangeError(`Cannot find a file of tests in ${named.join(", ")}`);

const startMs = performance.now();
const stop = new AbortController();
if (within !== undefined) Deno.unrefTimer(setTimeout(() => stop.abort(), parsePositiveDuration(within)));
for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

/** Where tests have their temporary files, unless the environment says it. */
const TMPDIR = lane.inMemory ? memoryFolder() : undefined, FILES = TMPDIR === undefined ? {} : { TMPDIR };
const program = files.some(runsProgram) ? bundled() : undefined;
const parts = [
  checkTypes(),
  program ?? [],
  runAll(processes, { atOnce: AT_ONCE, stop: stop.signal }, runAndShow),
];
const results = (await Promise.all(parts)).flat();
for (const line of summaryOf(results, leftOut, (performance.now() - startMs) / 1000)) console.log(line);
Deno.exit(results.every(isWell) ? 0 : 1);

/** All files of tests under a folder, relative to the root. */
async function* testsIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder.replace(/\/$/, "")}/${name}`;
    if (isDirectory && !PASSED_OVER.has(name)) yield* testsIn(path);
    else if (name.endsWith("_test.ts")) yield relative(ROOT, path);
  }
}

/** Checks the types of all files at once. @returns nothing if they are right */
async function checkTypes(): Promise<FileResult[]> {
  const check = new Deno.Command(Deno.execPath(), { args: ["check", "--quiet"], cwd: ROOT }).spawn();
  const { code } = await check.status;
  return code === 0 ? [] : [{ path: "deno check", seconds: 0, tests: [], fault: `ended with ${code}` }];
}

/** Makes the program. @returns nothing if it can be made */
async function bundled(): Promise<FileResult[]> {
  try {
    await Deno.remove(PROGRAM, { recursive: true }).catch(() => {}); // the first time it is not there
    await makeProgram(PROGRAM);
    return [];
  } catch (error) {
    return [{ path: "tools/program.ts", seconds: 0, tests: [], fault: (error as Error).message }];
  }
}

async function runAndShow(paths: readonly string[]): Promise<readonly FileResult[]> {
  const isMade = paths.some(runsProgram) && (await program)?.length === 0;
  const env = { ...FILES, ...Deno.env.toObject(), LANE: LANE!, ...isMade && { PROGRAM } };
  const args = filter === undefined ? [] : [`--filter=${filter}`];
  const { results, text } = await runFiles(paths, {
    ...{ root: ROOT, env, args },
    longestMs: LONGEST_MS,
    stop: stop.signal,
  });
  if (!results.every(isWell)) console.log(text);
  for (const result of results) console.log(lineOf(result));
  return results;
}
