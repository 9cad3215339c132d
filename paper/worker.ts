/** Runs experiments that are asked for, one after the other. */
import { CLAIMS } from "./claims/mod.ts";

/** An experiment that is asked for, and its answer. */
export interface Task {
  readonly id: string;
  readonly seed: string;
}

declare const self: {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(message: unknown): void;
};

self.onmessage = async ({ data: { id, seed } }) => {
  try {
    self.postMessage({ finding: await CLAIMS.find((claim) => claim.id === id)!.run(seed) });
  } catch (error) {
    self.postMessage({ error: `${id}, seed ${seed}: ${(error as Error).stack}` });
  }
};
