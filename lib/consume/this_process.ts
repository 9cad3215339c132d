import { getHeapStatistics } from "node:v8";
import type { ConsumerOptions } from "./consumer.ts";
import { linuxProcesses } from "./processes.ts";

/** The part of the memory that JavaScript may take in this process which a consumer uses for what it holds. */
const MEMORY_PART = 0.25;

/**
 * The options of a consumer that come from the process that it runs in.
 *
 * @param version the program's, as those see it who look at the queue's consumers
 * @param takesPolicyFiles whether it runs policy files that others set
 */
export function thisProcess(
  version: string,
  takesPolicyFiles: boolean,
): Pick<ConsumerOptions, "about" | "memoryBytes" | "processes"> {
  return {
    memoryBytes: getHeapStatistics().heap_size_limit * MEMORY_PART,
    about: { host: Deno.hostname(), pid: Deno.pid, version, takesPolicyFiles },
    processes: linuxProcesses(),
  };
}
