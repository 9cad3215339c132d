// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** Pages of lists of a million instances over HTTP: the first, the 1,000th and the first from the other end, with and without filters. */
import { chain, fn, instanceMaker, NULL, realClock, seededRandom } from "../lib/model/mod.ts";
import { openSqliteQueue } from "../lib/queue/sqlite/mod.ts";
import { type Serving, serving } from "../tests/e2e/api.ts";
import { folder } from "../tests/e2e/sequoia.ts";
import { type Figure, median } from "./figures.ts";

const INSTANCES = 1_000_000, BATCH = 1000;
/** Instances that have ended; each 50th of them has failed. The others are queued. */
const ENDED = 600_000, FAILS_EACH = 50;
/** Values of the label, and the distance of two instances of the rare chain. */
const TENANTS = 100, RARE = 100_000;
/** Most pages of a list that are read, and lines of each. */
const PAGES = 1000, LINES = 50;
/** The number of reads of each page that is shown: the median counts, as the machine does other things, too. */
const TIMES = 5;

const LISTS: readonly (readonly [what: string, query: string])[] = [
  ["all", ""],
  ["of a state", "&state=completed"],
  ["of a label", "&label=tenant=t7"],
  ["of a chain with one in 100,000", "&chain=rare"],
  ["of three filters that mean none", "&state=completed&chain=rare&label=tenant=t1"],
];

/** Makes the queue. */
async function fill(path: string): Promise<void> {
  await using queue = await openSqliteQueue({ path, clock: realClock });
  const make = instanceMaker(seededRandom(1)), only = fn("only");
  const [usual, rare] = ["usual", "rare"].map((name) => chain(name, ({ call }) => void call(only)));
  const push = async (from: number, to: number) => {
    for (let at = from; at < to; at += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, i) => {
        const of = (at + i) % RARE === 0 ? rare! : usual!;
        return make({ chain: of }, realClock.wallMs(), { labels: { tenant: `t${(at + i) % TENANTS}` } });
      });
      await queue.push(batch);
    }
  };
  await push(0, ENDED);
  const { signal } = new AbortController();
  for (let done = 0; done < ENDED;) {
    const claims = await queue.pull(BATCH, signal);
    await queue.finish(claims.map(({ instance: { id: instanceId } }, i) => {
      const common = { instanceId, records: [], endedAtMs: realClock.wallMs(), output: NULL };
      return i % FAILS_EACH === 0
        ? { ...common, outcome: "failed", reason: "node only: status 500" }
        : { ...common, outcome: "completed" };
    }));
    done += claims.length;
  }
  await push(ENDED, INSTANCES);
}

/** The time of a page, in milliseconds, and the cursor of the next one. */
async function page({ call }: Serving, query: string, cursor: string | undefined) {
  const sinceMs = realClock.nowMs(), more = cursor === undefined ? "" : `&cursor=${cursor}`;
  const { status, body } = await call("GET", `/v1/instances?limit=${LINES}${query}${more}`);
  if (status !== 200) throw new Error(`a page was answered with ${status}`);
  return { ms: realClock.nowMs() - sinceMs, next: body.next as string | undefined };
}

async function medianMs(api: Serving, query: string, cursor: string | undefined): Promise<number> {
  const times = [];
  for (let i = 0; i < TIMES; i++) times.push((await page(api, query, cursor)).ms);
  return median(times);
}

/** Goes through a list, from both ends. */
async function listFigures(api: Serving, what: string, query: string): Promise<Figure[]> {
  const all: number[] = [];
  let cursor: string | undefined, nth = 0;
  for (;;) {
    const { ms, next } = await page(api, query, cursor);
    all.push(ms);
    nth++;
    if (next === undefined || nth === PAGES) break;
    cursor = next;
  }
  const p99 = all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)]!;
  return [
    {
      name: `a page of a list ${what}, the first`,
      value: await medianMs(api, query, undefined),
      unit: "ms",
      atMost: 50,
    },
    {
      name: `the ${nth.toLocaleString("en")}th`,
      value: await medianMs(api, query, cursor),
      unit: "ms",
      atMost: 50,
    },
    {
      name: "the first from the other end",
      value: await medianMs(api, `${query}&order=oldest`, undefined),
      unit: "ms",
      atMost: 50,
    },
    { name: "the slowest of 100", value: p99, unit: "ms" },
  ];
}

/** Measures the pages of the real server, and its memory after them. The memory is that of Linux. */
export async function listsBench(): Promise<Figure[]> {
  await using at = await folder();
  await fill(`${at.cwd}/queue.db`);
  await using api = await serving(at, ["--queue", "sqlite:queue.db"]);
  const figures: Figure[] = [];
  for (const [what, query] of LISTS) figures.push(...await listFigures(api, what, query));
  const status = await Deno.readTextFile(`/proc/${api.server.pid}/status`);
  const mb = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024;
  return [...figures, { name: "memory of the server", value: mb, unit: "MB", atMost: 400 }];
}

if (import.meta.main) {
  for (const { name, value, unit } of await listsBench()) {
    console.log(name.padEnd(60), value.toFixed(1), unit);
  }
}
