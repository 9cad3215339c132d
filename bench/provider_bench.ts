/** The cost of the provider model in a simulation: the start and the end of a call, by profile. */
import { seededRandom } from "sequoia";
import { parseProfile, Provider } from "../lib/provider/mod.ts";
import { type Figure, median } from "./figures.ts";

const FUNCTIONS = Array.from({ length: 100 }, (_, i) => `function_${i}`);
const CALLS = 2_000_000;
const ROUNDS = 5;
/** The number of calls in flight while one ends and another starts. */
const RUNNING = 50;

/** Profiles, and the nanoseconds that a start and an end may take: a simulation makes millions. */
const MOST_NS: Readonly<Record<string, number>> = {
  "ideal": 300,
  "hard-limit": 300,
  "ramp": 1000,
  "background": 1000,
  "collapse": 1000,
};

/** One call ends and another of the same function starts, warm, while others run. */
function warmNs(profile: string): number {
  const provider = new Provider(parseProfile(profile), seededRandom(1));
  for (let i = 0; i < RUNNING; i++) provider.start(FUNCTIONS[i % FUNCTIONS.length]!, 0);
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) {
    const name = FUNCTIONS[i % RUNNING]!, nowMs = 1000 + i * 0.01;
    provider.end(name, nowMs);
    provider.start(name, nowMs);
  }
  return (performance.now() - start) * 1e6 / CALLS;
}

/** A call ends and one that waits takes its place, while another joins the line of a thousand. */
function queuedNs(): number {
  const provider = new Provider(parseProfile("background,cold=0ms"), seededRandom(1));
  for (let i = 0; i < 1000; i++) provider.start(FUNCTIONS[i % FUNCTIONS.length]!, 0);
  const start = performance.now();
  for (let i = 0; i < CALLS / 4; i++) {
    const nowMs = 1000 + i * 0.01;
    provider.end(FUNCTIONS[i % FUNCTIONS.length]!, nowMs);
    while (provider.take(nowMs) !== undefined);
    provider.start(FUNCTIONS[i % FUNCTIONS.length]!, nowMs);
    provider.wakeAtMs();
  }
  return (performance.now() - start) * 1e6 / (CALLS / 4);
}

/** Measures the provider model. */
export function providerBench(): Figure[] {
  const middle = (measure: () => number) => median(Array.from({ length: ROUNDS }, measure));
  return [
    ...Object.entries(MOST_NS).map(([profile, atMost]) => ({
      name: `a warm call: end and start, ${profile}`,
      value: middle(() => warmNs(profile)),
      unit: "ns",
      atMost,
    })),
    { name: "a call in a line of 900", value: middle(queuedNs), unit: "ns", atMost: 2000 },
  ];
}
