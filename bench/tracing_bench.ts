// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The cost of spans: the calls per second of `consume` with spans ÷ those without, measured in turns. */
import { chain, fn } from "sequoia";
import { realClock, seededRandom } from "../lib/model/mod.ts";
import { HttpClient } from "../lib/platform/mod.ts";
import { openTracer } from "../lib/telemetry/mod.ts";
import { calls, startServer } from "./calls.ts";
import { type Figure, median } from "./figures.ts";

const ROUNDS = 5;

/** Measures the same chain without spans, with all of them, and with those of one trace of a hundred. */
export async function tracingBench(): Promise<Figure[]> {
  await using server = await startServer();
  const f = fn("f", { url: server.url });
  const single = chain("single", ({ call }) => {
    call(f);
  });
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  const notes: string[] = [], all: number[] = [], some: number[] = [];
  const traced = async (more: Record<string, string>) => {
    const variables = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: new URL(server.url).origin, ...more };
    using http = new HttpClient({ clock: realClock });
    await using opened = openTracer({
      ...{ clock: realClock, random: seededRandom(1), http, version: "bench", host: "bench", pid: 1 },
      variable: (name) => new Map(Object.entries(variables)).get(name),
      onNote: (words) => notes.push(words),
    })!;
    return await calls(single, folder, { tracer: opened.tracer });
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const without = await calls(single, folder);
      all.push(await traced({}) / without);
      some.push(
        await traced({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" }) / without,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  for (const words of notes) console.log(`  ${words}`);
  return [
    { name: "calls with all spans ÷ without spans", value: median(all), unit: "", atLeast: 0.6 },
    { name: "calls with 1 % of traces ÷ without spans", value: median(some), unit: "", atLeast: 0.9 },
  ];
}

if (import.meta.main) { for (const { name, value } of await tracingBench()) console.log(name, value); }
