import { nextFile } from "./plan.ts";
import { type FileResult, NOT_BEGUN } from "./summary.ts";

/**
 * Runs files, several at once.
 *
 * @param files in the order in which they begin
 * @param run runs one; it returns early when `stop` is aborted
 * @param stop no more begins once it is aborted; those left count as failed
 */
export async function runAll(
  files: readonly string[],
  { atOnce, stop }: { readonly atOnce: number; readonly stop: AbortSignal },
  run: (path: string) => Promise<FileResult>,
): Promise<FileResult[]> {
  const waiting = [...files], running = new Map<string, Promise<void>>(), results: FileResult[] = [];
  const begin = async (path: string) => {
    results.push(await run(path).finally(() => running.delete(path)));
  };
  while (waiting.length + running.size > 0 && !stop.aborted) {
    const path = running.size < atOnce ? nextFile(waiting, running.keys()) : undefined;
    if (path === undefined) await Promise.race(running.values());
    else {
      waiting.splice(waiting.indexOf(path), 1);
      running.set(path, begin(path));
    }
  }
  await Promise.all(running.values());
  return [
    ...results,
    ...waiting.map((path) => ({ path, seconds: 0, tests: [], fault: NOT_BEGUN })),
  ];
}
