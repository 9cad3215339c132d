/// <reference lib="deno.worker" />
/**
 * A thread beside an evaluator that ends their process when an evaluation has used more processor time than it may, when the
 * process takes too much memory, or when the consumer is gone that started it. Nothing else can end what JavaScript's own
 * functions do.
 */
import process from "node:process";
import { BEGUN, CPU_MS, MOST_RSS, SIGNALS } from "./watched.ts";

/** Time between two looks while an evaluation runs, in milliseconds. */
const LOOK_MS = 20;
/** Time between two looks while none runs, in milliseconds: a consumer that is gone also ends the reading of requests. */
const IDLE_MS = 10_000;

const consumer = process.ppid;

self.onmessage = ({ data }: MessageEvent<Int32Array>) => {
  self.postMessage("ready");
  for (let begun = 0, atMs = 0;;) {
    const now = Atomics.load(data, BEGUN), cpuMs = usedMs();
    if (now !== begun) [begun, atMs] = [now, cpuMs];
    if (begun !== 0) {
      if (cpuMs - atMs > Atomics.load(data, CPU_MS)) end(SIGNALS.time);
      if (Deno.memoryUsage().rss > MOST_RSS) end(SIGNALS.memory);
      if (process.ppid !== consumer) end("SIGKILL");
    }
    Atomics.wait(data, BEGUN, begun, begun === 0 ? IDLE_MS : LOOK_MS);
  }
};

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function end(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}
