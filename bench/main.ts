// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** Runs all benchmarks, prints a table and writes `bench.json`. Figures that miss what they must reach are marked. */
import { type Figure, missed } from "./figures.ts";
import { adaptiveBench } from "./adaptive_bench.ts";
import { cliBench } from "./cli_bench.ts";
import { collectBench } from "./collect_bench.ts";
import { consumeBench } from "./consume_bench.ts";
import { decidingBench } from "./deciding_bench.ts";
import { kafkaBench } from "./kafka_bench.ts";
import { delayedBench } from "./delayed_bench.ts";
import { keptOutBench } from "./kept_out_bench.ts";
import { listsBench } from "./lists_bench.ts";
import { liveBench } from "./live_bench.ts";
import { localPlatformBench } from "./local_platform_bench.ts";
import { pageBench } from "./page_bench.ts";
import { passingBench } from "./passing_bench.ts";
import { providerBench } from "./provider_bench.ts";
import { queueBench } from "./queue_bench.ts";
import { replayBench } from "./replay_bench.ts";
import { reportBench } from "./report_bench.ts";
import { schedulerBench } from "./scheduler_bench.ts";
import { tracingBench } from "./tracing_bench.ts";
import { idleServeBench, serveBench } from "./serve_bench.ts";
import { simulateBench } from "./simulate_bench.ts";
import { spamBench } from "./spam_bench.ts";

const PARTS: Readonly<Record<string, () => Figure[] | Promise<Figure[]>>> = {
  "scheduler core": schedulerBench,
  "state left behind": passingBench,
  "provider model": providerBench,
  "local platform": localPlatformBench,
  "sqlite queue": queueBench,
  "consume": consumeBench,
  "tracing": tracingBench,
  "being watched": liveBench,
  "delayed": () => delayedBench(),
  "kept out": keptOutBench,
  "collector": collectBench,
  "kafka queue": kafkaBench,
  "deciding chains": decidingBench,
  "adaptive limit": adaptiveBench,
  "running report": reportBench,
  "page of a report": pageBench,
  "simulate": simulateBench,
  "simulate a log": replayBench,
  "spam": spamBench,
  "serve": serveBench,
  "long lists": listsBench,
  "serve, idle": idleServeBench,
  "command line": cliBench,
};

const results: Record<string, Figure[]> = {};
for (const [part, bench] of Object.entries(PARTS)) {
  if (Deno.args.length > 0 && !Deno.args.includes(part)) continue;
  console.log(`\n${part}`);
  results[part] = await bench();
  for (const figure of results[part]) {
    const { name, value, unit, atLeast, atMost } = figure;
    const target = atLeast !== undefined
      ? `≥ ${write(atLeast)}`
      : atMost !== undefined
      ? `≤ ${write(atMost)}`
      : "";
    console.log(
      `  ${missed(figure) ? "✗" : " "} ${name.padEnd(48)} ${write(value).padStart(12)} ${
        unit.padEnd(14)
      } ${target}`,
    );
  }
}
await Deno.writeTextFile("bench.json", JSON.stringify({ deno: Deno.version.deno, results }, null, 2) + "\n");

function write(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
