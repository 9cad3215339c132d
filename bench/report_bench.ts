// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The cost for each attempt of a report that is kept while a run goes on, and its memory. */
import { noRecorder, type Recorder, type RunInfo } from "../lib/record/mod.ts";
import { RunningReport } from "../lib/report/mod.ts";
import { type Figure, median } from "./figures.ts";

export const RUN: RunInfo = {
  schema: "sequoia.run/1",
  command: "simulate",
  version: "0.1.0",
  startedAtMs: 1_700_000_000_000,
};
const CALLS = 8;
const FUNCTIONS = Array.from({ length: CALLS }, (_, i) => `publish_${i}`);
/** Instances under way at once: as many others end between an instance's submission and its end. */
const UNDER_WAY = 1000;
const ROUNDS = 5;

/** The receiver of a run's events; `started` is separate, as recorders do not have it. */
interface Observed {
  readonly recorder: Recorder;
  readonly started: (functionName: string, chain: string, atMs: number, instance: string) => void;
}

/** Reports fans of 1 + 7 calls in order of time, 100 ms apart; each call waited for all calls before it. */
export class Fans {
  #submitted = 0;
  readonly #ids: string[] = [];

  constructor(readonly told: Observed, readonly chains: number) {}

  tell(instances: number): void {
    const { recorder, started } = this.told;
    for (const last = this.#submitted + instances; this.#submitted < last;) {
      const i = this.#submitted++, nowMs = RUN.startedAtMs + i * 100, slot = i % UNDER_WAY;
      const ending = this.#ids[slot];
      if (ending !== undefined) this.#run(ending, i - UNDER_WAY, nowMs);
      const chain = `fan${i % this.chains}`, id = `${chain}-${i}`;
      this.#ids[slot] = id;
      recorder.submit({ chain, instance: id, submittedAtMs: nowMs, labels: {}, weight: 1 });
      for (const name of FUNCTIONS) started(name, chain, nowMs, id);
    }
  }

  #run(instance: string, number: number, nowMs: number): void {
    const { recorder } = this.told, chain = `fan${number % this.chains}`;
    for (let call = 0; call < CALLS; call++) {
      const name = FUNCTIONS[call]!, runMs = 500 + (number * 7919 + call * 104_729) % 9973;
      recorder.attempt({
        function: name,
        chain,
        instance,
        node: name,
        attempt: 1,
        startedAtMs: nowMs - runMs,
        runMs,
        outcome: "ok",
        settled: true,
        status: 200,
        queuedMs: UNDER_WAY * 100 - runMs,
        cold: false,
        platform: "local",
      });
    }
    recorder.end({ chain, instance, endedAtMs: nowMs, outcome: "completed", idealMs: 10_000 });
  }
}

const NOTHING: Observed = { recorder: noRecorder, started() {} };

function costOf(make: () => Observed, chains: number): number {
  const fans = new Fans(make(), chains);
  fans.tell(20_000);
  return median(Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    fans.tell(50_000);
    return (performance.now() - start) * 1000 / (50_000 * CALLS);
  }));
}

/** Measures the running report of fans of one chain, and of a hundred. */
export function reportBench(): Figure[] {
  return [1, 100].flatMap((chains): Figure[] => {
    let report: RunningReport | undefined;
    const make = (): Observed => {
      const made = report = new RunningReport(RUN);
      return { recorder: made, started: (...start) => made.started(...start) };
    };
    const nothing = costOf(() => NOTHING, chains), all = costOf(make, chains);
    return [
      {
        name: `running report, ${chains} chains of 8`,
        value: all - nothing,
        unit: "µs/attempt",
        atMost: 0.7,
      },
      { name: `its tables, ${chains} chains of 8`, value: report!.bytes / 1e6, unit: "MB" },
    ];
  });
}

if (import.meta.main) {
  for (const f of reportBench()) console.log(f.name.padEnd(40), f.value.toFixed(3), f.unit);
}
