import { nextProcess } from "./plan.ts";
import { type FileResult, NOT_BEGUN } from "./summary.ts";

/**
 * Runs files in processes, several at once.
 *
 * @param processes the files of each, in the order in which they begin
 * @param run runs those of one; it returns early when `stop` is aborted
 * @param stop no more begins once it is aborted; those left count as failed
 */
export async function runAll(
  processes: readonly (readonly string[])[],
  { atOnce, stop }: { readonly atOnce: number; readonly stop: AbortSignal },
  run: (paths: readonly string[]) => Promise<readonly FileResult[]>,
): Promise<FileResult[]> {
  const waiting = [...processes], running = new Map<readonly string[], Promise<void>>();
  const results: FileResult[] = [];
  const begin = async (paths: readonly string[]) => {
    results.push(...await run(paths).finally(() => running.delete(paths)));
  };
  while (waiting.length + running.size > 0 && !stop.aborted) {
    const paths = running.size < atOnce ? nextProcess(waiting, running.keys()) : undefined;
    if (paths === undefined) await Promise.race(running.values());
    else {
      waiting.splice(waiting.indexOf(paths), 1);
      running.set(paths, begin(paths));
    }
  }
  await Promise.all(running.values());
  return [
    ...results,
    ...waiting.flat().map((path) => ({ path, seconds: 0, tests: [], fault: NOT_BEGUN })),
  ];
}
