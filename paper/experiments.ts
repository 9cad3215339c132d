/** Runs the experiments of claims with all seeds, on several cores. */
import type { Claim, Finding } from "./claim.ts";
import { type Result, resultOf, SEEDS } from "./results.ts";
import type { Task } from "./worker.ts";

/** Most threads: each takes some hundred megabytes. */
const MOST_WORKERS = 4;

/**
 * Runs each claim with each seed.
 *
 * @param done called when an experiment has ended
 * @returns the results by claim; what they are does not depend on the number of cores
 */
export async function experiment(
  claims: readonly Claim[],
  done: (task: Task) => void = () => {},
): Promise<Record<string, Result>> {
  const tasks = claims.flatMap(({ id }) => SEEDS.map((seed): Task => ({ id, seed })));
  const findings = new Map<string, Finding>(), queue = [...tasks];
  const workers = Math.min(MOST_WORKERS, navigator.hardwareConcurrency, tasks.length);
  await Promise.all(Array.from({ length: workers }, async () => {
    const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module" });
    try {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        findings.set(`${task.id} ${task.seed}`, await asked(worker, task));
        done(task);
      }
    } finally {
      worker.terminate();
    }
  }));
  return Object.fromEntries(
    claims.map(({ id }) => [id, resultOf(SEEDS.map((seed) => findings.get(`${id} ${seed}`)!))]),
  );
}

function asked(worker: Worker, task: Task): Promise<Finding> {
  const { promise, resolve, reject } = Promise.withResolvers<Finding>();
  worker.onmessage = ({ data: { finding, error } }: MessageEvent<{ finding?: Finding; error?: string }>) => {
    if (finding === undefined) reject(new Error(error));
    else resolve(finding);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(task);
  return promise;
}
