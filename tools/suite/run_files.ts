import { fileURLToPath } from "node:url";
import { ownName } from "./own_name.ts";
import { type RunOptions, runTests, type TestProcess } from "./run_process.ts";
import { type FileResult, isWell } from "./summary.ts";
import type { Together } from "./together.ts";

/** The outcome of files. */
export interface Ran {
  readonly results: readonly FileResult[];
  /** All that they printed. */
  readonly text: string;
}

const TOGETHER = fileURLToPath(new URL("together.ts", import.meta.url));

/**
 * Runs files of tests in one process, one after the other. If it fails as a whole, each of them is run by itself: so the one
 * that did it is known.
 *
 * @param paths at least one, relative to the root
 */
export async function runFiles(paths: readonly string[], options: RunOptions): Promise<Ran> {
  if (paths.length === 1) return await runAlone(paths[0]!, options);
  const { results, text, fault } = await runTogether(paths, options);
  if (fault === undefined) return { results, text };
  if (options.stop.aborted) return { results: paths.map((path) => failed(path, fault)), text };
  const alone: Ran[] = [];
  for (const path of paths) alone.push(await runAlone(path, options));
  const found = alone.flatMap(({ results }) => results);
  return {
    results: found.every(isWell)
      ? [...found, failed(paths.join(" "), `${fault}, in one process; each by itself is well`)]
      : found,
    text: [text, ...alone.map(({ text }) => text)].join("\n"),
  };
}

async function runAlone(path: string, options: RunOptions): Promise<Ran> {
  const { text, ...result } = await runTests([path], options);
  return { results: [{ path, ...result }], text };
}

function failed(path: string, fault: string): FileResult {
  return { path, seconds: 0, tests: [], fault };
}

async function runTogether(
  paths: readonly string[],
  options: RunOptions,
): Promise<Ran & { readonly fault?: string }> {
  const report = await Deno.makeTempFile({ prefix: "sequoia-tests-", suffix: ".json" });
  try {
    const process = await runTests([TOGETHER, "--", report, ...paths], options), { text } = process;
    const written = await Deno.readTextFile(report);
    const counts: Together = written === "" ? {} : JSON.parse(written);
    const results = paths.map((path) => resultOf(path, process, counts));
    const isWhole = results.every(({ path, tests }) => tests.length === counts[path]?.registered);
    const fault = process.fault ?? (isWhole ? undefined : "ended before all of its tests");
    return { results, text, ...fault !== undefined && { fault } };
  } finally {
    await Deno.remove(report);
  }
}

/** The outcome of one of the files of a process: its tests, and its part of what belongs to no file, as the start. */
function resultOf(path: string, { tests, cpuSeconds }: TestProcess, counts: Together): FileResult {
  const own = tests.flatMap((test) => {
    const name = ownName(test.name, path);
    return name === undefined ? [] : [{ ...test, name }];
  });
  const files = Object.values(counts);
  const shared = (cpuSeconds ?? 0) - files.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const part = (counts[path]?.cpuSeconds ?? 0) + Math.max(0, shared) / files.length;
  return {
    ...{ path, tests: own, seconds: own.reduce((sum, { seconds }) => sum + seconds, 0) },
    ...cpuSeconds !== undefined && { cpuSeconds: part },
  };
}
