/** A steady load of chains through Kafka, and what must be true of it however its consumers and its broker fared. */
import { assert, assertEquals } from "@std/assert";
import { readJson, realClock, systemRandom } from "../../lib/model/mod.ts";
import type { IncomingRecord } from "../../lib/queue/kafka/client/kafkajs.ts";
import { Link, Reachability } from "../../lib/queue/kafka/client/link.ts";
import { endOffset, readRanges, startOffset } from "../../lib/queue/kafka/log/log.ts";
import { type InstanceView, openQueue } from "../../lib/queue/mod.ts";
import type { Fleet, Life } from "./fleet.ts";
import type { RecordedCall } from "./recorded_calls.ts";
import { Running, type RunOptions } from "./sequoia.ts";

/** Chains that fan out, and chains that also join, in turn; every function is `f`, at the consumer's platform. */
export const FAN_AND_JOIN = `import { chain, fn, workload } from "sequoia";
const f = fn("f");
const sides = (call, after) => ["left", "right"].map((name) => call(f, { name, after }));
const fan = chain("fan", ({ call }) => void sides(call, call(f, { name: "start" })));
const join = chain("join", ({ call }) => {
  call(f, { name: "end", after: sides(call, call(f, { name: "start" })) });
});
export default workload({ chains: [{ chain: fan }, { chain: join }] });`;

/** The longest that instances may take to end after the last submission, in milliseconds: longer means that they are lost. */
const LONGEST_MS = 120_000;

/** The end of an instance, as \`produce --wait --json\` says. */
export interface EndedInstance {
  readonly id: string;
  readonly chain: string;
  readonly state: string;
  readonly output: Readonly<Record<string, string>>;
}

/** A producer that submits a load of 200 instances a second until it is told to end. */
export class SteadyLoad implements AsyncDisposable {
  readonly process: Running;

  constructor(queue: string, options: RunOptions) {
    this.process = new Running([
      ...["produce", "load.ts", "--every", "50ms", "--burst", "10", "--queue", queue],
      ...["--wait", "--json"],
    ], options);
  }

  /** Submits nothing more, and waits for the end of all that was submitted; @returns how each ended */
  async end(): Promise<EndedInstance[]> {
    this.process.signal("SIGTERM");
    const { code, stdout, stderr } = await this.process.endsWithin(LONGEST_MS);
    assertEquals(code, 130, stderr);
    const { submitted, ended, results } = JSON.parse(stdout) as {
      submitted: number;
      ended: Record<string, number>;
      results: EndedInstance[];
    };
    assertEquals(ended, { completed: submitted, failed: 0, cancelled: 0 });
    assertEquals(results.length, submitted);
    return results;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

/** The parts to check after a load has ended. */
export interface Trial {
  readonly address: string;
  readonly queue: string;
  readonly fleet: Fleet;
  readonly calls: readonly RecordedCall[];
  readonly ended: readonly EndedInstance[];
}

/** The figures of a trial. */
export interface Figures {
  readonly instances: number;
  readonly calls: number;
  /** Nodes that were called more than once. */
  readonly repeated: number;
}

/** For the log of the tests. */
export function figureWords({ instances, calls, repeated }: Figures): string {
  return `${instances} instances, ${calls} calls, ${repeated} nodes called again`;
}

/** Checks that nothing was lost, and that nothing was done twice but what may be. */
export async function checkTrial({ address, queue, fleet, calls, ended }: Trial): Promise<Figures> {
  const byKey = Map.groupBy(calls, ({ key }) => key);
  for (const call of calls) assertEquals(call.key, `${call.instance}/${call.node}`);
  assertEquals(overlaps(byKey.values(), fleet.lives), [], "attempts of one node by live consumers overlap");

  const views = await viewsOf(queue);
  assertEquals(views.size, ended.length, "every instance is there");
  const recorded = new Map<string, string>();
  for (const { id, chain } of ended) {
    const { state, progress, instance: { chain: { nodes } } } = views.get(id)!;
    assertEquals([state, progress.length], ["completed", chain === "fan" ? 3 : 4]);
    for (const { node, output } of progress) {
      recorded.set(`${id}/${nodes[node]!.name}`, String(readJson(output)));
    }
  }
  assertEquals(byKey.size, recorded.size, "every node of every instance was called, under its own key");
  for (const [key, output] of recorded) {
    assert(byKey.get(key)?.some((call) => call.output === output), `${key}: nobody answered ${output}`);
  }
  for (const { key, instance, inputs, by } of calls) {
    for (const [name, input] of Object.entries(inputs)) {
      assertEquals(input, recorded.get(`${instance}/${name}`), `an input of ${key}, called by ${by}`);
    }
  }
  for (const { id, output } of ended) {
    for (const [name, value] of Object.entries(output)) assertEquals(value, recorded.get(`${id}/${name}`));
  }
  await checkTopics(address, views, recorded);
  const repeated = [...byKey.values()].filter(({ length }) => length > 1).length;
  return { instances: ended.length, calls: calls.length, repeated };
}

async function viewsOf(address: string): Promise<Map<string, InstanceView>> {
  await using queue = await openQueue(address, { clock: realClock, readOnly: true });
  const views = await Array.fromAsync(queue.list({}));
  return new Map(views.map((view) => [view.instance.id, view]));
}

/** Pairs of calls of one node that were under way at once, both by consumers that were alive. */
function overlaps(groups: Iterable<readonly RecordedCall[]>, lives: readonly Life[]): string[] {
  const killedMs = new Map(
    lives.map(({ name, wasKilled, endedMs }) => [name, wasKilled ? endedMs : Infinity]),
  );
  const untilMs = ({ by, endMs }: RecordedCall) => Math.min(endMs, killedMs.get(by)!);
  const found: string[] = [];
  for (const group of groups) {
    for (const [i, call] of group.entries()) { // they stand in the order of their starts
      const other = group.slice(0, i).find((each) => untilMs(each) > call.startMs);
      if (other !== undefined) found.push(`${words(other)} and ${words(call)}`);
    }
  }
  return found;
}

function words({ key, by, attempt, startMs, endMs }: RecordedCall): string {
  return `${key} by ${by} (attempt ${attempt}, ${startMs.toFixed()}-${endMs.toFixed()} ms)`;
}

/** Each instance has one end, and of each node all records that there ever were say the same. */
async function checkTopics(
  address: string,
  views: ReadonlyMap<string, InstanceView>,
  recorded: ReadonlyMap<string, string>,
): Promise<void> {
  const ends = (await readTopic(address, "finished_queue")).filter(({ headers, key }) =>
    headers.end !== undefined && !String(key).startsWith("\0") // a message sent again after its answer was lost is told as a copy
  );
  const twice = [...Map.groupBy(ends, ({ key }) => String(key))].filter(([, list]) => list.length > 1);
  assertEquals(twice.map(([key, { length }]) => `${key} ended ${length} times`), []);
  assertEquals(ends.length, views.size);
  let seen = 0;
  for (const { key, value } of await readTopic(address, "chain_running_queue")) {
    const [id, node] = String(key).split("\0");
    if (value === null || id === "" || node === undefined) continue;
    const { name } = views.get(id!)!.instance.chain.nodes[Number(node)]!;
    assertEquals(
      JSON.parse(String(value)).output,
      recorded.get(`${id}/${name}`),
      `what was recorded of ${key}`,
    );
    seen++;
  }
  assert(seen > 0);
}

/** All records of a topic that there are now. */
async function readTopic(address: string, topic: string): Promise<readonly IncomingRecord[]> {
  const options = { brokers: [address], clientId: "test", clock: realClock, random: systemRandom() };
  await using link = new Link(options, new Reachability(options), new AbortController().signal);
  const partitions = (await link.use([topic])).get(topic)!;
  const records: IncomingRecord[] = [];
  const take = (some: readonly IncomingRecord[]) => void records.push(...some);
  for (let partition = 0; partition < partitions; partition++) {
    const [offset, to] = await Promise.all([
      startOffset(link, topic, partition),
      endOffset(link, topic, partition),
    ]);
    await readRanges(link, [{ topic, partition, offset, to, take }]);
  }
  return records;
}
