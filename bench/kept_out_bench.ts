/** The time until others start when a million instances before them in a file may not start, and the memory for it. */
import { chain, fn, instanceMaker, realClock, seededRandom } from "../lib/model/mod.ts";
import { openSqliteQueue } from "../lib/queue/sqlite/mod.ts";
import type { Figure } from "./figures.ts";
import { BLOCKED, REASONS } from "./kept_out.ts";

const MANY = 1_000_000;
const BATCH = 5000;

const SHAPES = { "of one kind": () => ({}), "of a kind each": (i: number) => ({ tenant: `t${i}` }) };

interface Measured {
  readonly ms: number;
  readonly bytes: number;
}

/** For each shape one file, and for each reason a consumer of it, one after the other. */
export async function keptOutBench(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  try {
    const figures: Figure[] = [];
    for (const [shape, labelsOf] of Object.entries(SHAPES)) {
      const path = `${folder}/${shape}.db`;
      await fill(path, labelsOf);
      const measured = new Map<string, Measured>();
      for (const reason of Object.keys(REASONS)) measured.set(reason, await measure(path, reason));
      for (const [reason, { ms }] of measured) {
        figures.push({
          name: `5 others start, 1,000,000 ${shape} ${reason}`,
          value: ms / 1000,
          unit: "s",
          atMost: 2,
        });
      }
      const bytes = Math.max(...[...measured.values()].map(({ bytes }) => bytes));
      figures.push({
        name: `memory of the consumer, ${shape}`,
        value: bytes / 2 ** 20,
        unit: "MiB",
        atMost: 1024,
      });
    }
    return figures;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fill(path: string, labelsOf: (i: number) => Record<string, string>): Promise<void> {
  await using queue = await openSqliteQueue({ path, clock: realClock });
  const make = instanceMaker(seededRandom(1));
  const blocked = chain("big", ({ call }) => void call(fn(BLOCKED, { attempts: 100 })));
  for (let i = 0; i < MANY; i += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, j) => ({ chain: blocked, labels: labelsOf(i + j) }));
    await queue.push(batch.map((submission) => make(submission, realClock.nowMs())));
  }
}

/** In a process of its own, for its memory. */
async function measure(path: string, reason: string): Promise<Measured> {
  const args = ["run", "-A", "bench/kept_out.ts", path, reason];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
