import { RunLogError } from "./errors.ts";
import type { CounterEvent, RunEvent, RunInfo } from "./events.ts";
import type { RunLog } from "./run_log.ts";

/** The most logs that are merged: each is an open file. */
const MOST_LOGS = 256;

/** A run log with the name by which messages speak of it: its path. */
export interface NamedLog extends RunLog {
  /** Its path. */
  readonly name: string;
}

/** A log whose first event has been read. */
interface Reading {
  readonly name: string;
  readonly info: RunInfo;
  readonly rest: AsyncIterator<RunEvent>;
}

/**
 * Merges the logs of several programs that worked on one load, as consumers of one queue, into one run: its events in the order
 * in which they were told, as each log has them. Instances keep their ids when they go from one consumer to another, so
 * that reports count them once. Logs of the same run (copies, perhaps made while it went on) count once. Holds one event
 * of each log.
 *
 * @returns the events, and in `warnings` also what is to be said about the logs as a whole
 * @throws {RunLogError} from the iteration of `events`: `another-queue` if the logs are not of one load, `another-copy` if
 * logs of one run differ, `too-many` for more than 256 logs, or as {@linkcode readRunLog}
 */
export function mergeRunLogs(logs: readonly NamedLog[]): RunLog {
  const notes: string[] = [];
  return {
    events: merged(logs, notes),
    get warnings() {
      return [...notes, ...logs.flatMap(({ warnings }) => warnings)];
    },
  };
}

async function* merged(logs: readonly NamedLog[], notes: string[]): AsyncGenerator<RunEvent> {
  if (logs.length > MOST_LOGS) throw tooMany(logs);
  await using stack = new AsyncDisposableStack();
  const readings: Reading[] = [];
  for (const { name, events } of logs) {
    const rest = events[Symbol.asyncIterator]();
    stack.defer(async () => void await rest.return?.());
    const { value } = await rest.next(); // the first event of each log says which run it is
    readings.push({ name, info: value, rest });
  }
  const load = new Load(readings[0]!, notes);
  for (const reading of readings) load.check(reading.name, reading.info);
  const runs = [...Map.groupBy(readings, ({ info }) => keyOf(info)).values()];
  for (const [first, ...copies] of runs) {
    for (const { name } of copies) notes.push(`${name} is of the same run as ${first!.name}; counted once`);
  }
  yield { type: "run", ...together(runs.map(([first]) => first!.info), notes) };
  yield* inOrder(runs.map((copies) => load.rest(copies)));
}

/** The load that all logs must be of. */
class Load {
  readonly #first: Reading;
  readonly #notes: string[];
  readonly #seen = new Set<string>();
  #queue: { readonly id: string; readonly name: string } | undefined;
  #isOldSaid = false;

  constructor(first: Reading, notes: string[]) {
    this.#first = first;
    this.#notes = notes;
  }

  /** @throws {RunLogError} `another-queue` */
  check(name: string, { command, queueId }: RunInfo): void {
    if (command === "simulate") throw anotherLoad(name, "its run was simulated, and had no queue");
    if (queueId === undefined) return this.#unknown(name, command);
    this.#queue ??= { id: queueId, name };
    if (queueId !== this.#queue.id) {
      throw anotherLoad(name, `its queue is another than that of ${this.#queue.name}`);
    }
  }

  /** Only consumers and producers have a queue, and earlier versions did not record it. */
  #unknown(name: string, command: string): void {
    if (this.#isOldSaid || (command !== "consume" && command !== "produce")) return;
    this.#isOldSaid = true;
    this.#notes.push(
      `${name} does not say which queue it is of; it is taken for that of ${this.#first.name}`,
    );
  }

  /** The events behind the first of a run and its copies, and those of the runs that follow in the same file. */
  async *rest(copies: readonly Reading[]): AsyncGenerator<RunEvent> {
    const [{ name, info }] = copies as [Reading];
    this.#seen.add(keyOf(info));
    let isRepeated = false;
    for await (const event of lockstep(copies)) {
      if (event.type === "run") {
        this.check(name, event);
        isRepeated = this.#seen.has(keyOf(event));
        if (isRepeated) this.#notes.push(`${name} holds a run that another log holds, too; counted once`);
        this.#seen.add(keyOf(event));
      } else if (!isRepeated) yield event;
    }
  }
}

/** Tells a run from all others: by its id, or, in logs of earlier versions, by what they say of it. */
function keyOf({ id, ...info }: RunInfo): string {
  return id ?? JSON.stringify(info);
}

/** The description of all runs together, on the clock of the earliest. */
function together(infos: readonly RunInfo[], notes: string[]): RunInfo {
  const first = infos.find(({ command }) => command === "consume") ?? infos[0]!;
  const policies = new Set(infos.flatMap(({ policy }) => policy ?? []));
  if (policies.size > 1) notes.push(`The runs had different policies: ${[...policies].join(", ")}`);
  return {
    ...first,
    ...policies.size > 1 && { policy: [...policies].join(", ") },
    startedAtMs: Math.min(...infos.map(({ startedAtMs }) => startedAtMs)),
  };
}

/** The events of copies of one log, which may end at different places. @throws {RunLogError} `another-copy` */
async function* lockstep(copies: readonly Reading[]): AsyncGenerator<RunEvent> {
  for (let left = copies; left.length > 0;) {
    const heads: { readonly reading: Reading; readonly event: RunEvent }[] = [];
    for (const reading of left) {
      const { done, value: event } = await reading.rest.next();
      if (!done) heads.push({ reading, event });
    }
    const [first, ...others] = heads;
    if (first === undefined) return;
    for (const { reading: { name }, event } of others) {
      if (!isSame(event, first.event)) throw anotherCopy(name, first.reading.name);
    }
    yield first.event;
    left = heads.map(({ reading }) => reading);
  }
}

/** Whether two logs tell of the same thing, by what tells events apart. */
function isSame(a: RunEvent, b: RunEvent): boolean {
  if (a.type !== b.type || toldAtMs(a) !== toldAtMs(b)) return false;
  return !("instance" in a && "instance" in b) || a.instance === b.instance;
}

/** When an event was told, in milliseconds since 1970: an attempt when it ended, a submission when it was taken. */
function toldAtMs(event: RunEvent): number {
  switch (event.type) {
    case "attempt":
      return event.startedAtMs + event.runMs;
    case "functionRun":
      return event.startedAtMs + event.functionMs;
    case "submit":
      return event.submittedAtMs + (event.takenMs ?? 0);
    case "end":
      return event.endedAtMs;
    case "counter":
    case "setting":
      return event.atMs;
    case "run":
      return event.startedAtMs;
  }
}

/** A run that is merged with others. */
interface Head {
  readonly events: AsyncIterator<RunEvent>;
  next: RunEvent | undefined;
  /** The latest time that it has told of. */
  atMs: number;
  /** The gauges that it has told last; undefined: none, or it has ended. */
  gauges: CounterEvent | undefined;
}

/** The events of several runs in the order in which they were told; each keeps its own order. Gauges are added up. */
async function* inOrder(runs: readonly AsyncGenerator<RunEvent>[]): AsyncGenerator<RunEvent> {
  const heads: Head[] = runs.map((events) => ({
    events,
    next: undefined,
    atMs: -Infinity,
    gauges: undefined,
  }));
  for (const head of heads) await advance(head);
  for (let left = heads.filter(({ next }) => next !== undefined); left.length > 0;) {
    const head = left.reduce((a, b) => b.atMs < a.atMs ? b : a), event = head.next!;
    await advance(head);
    if (event.type === "counter") {
      head.gauges = event;
      yield sumOf(event.atMs, left);
    } else yield event;
    if (head.next === undefined) left = left.filter((other) => other !== head);
  }
}

async function advance(head: Head): Promise<void> {
  const { done, value } = await head.events.next();
  head.next = done ? undefined : value;
  if (head.next !== undefined) head.atMs = Math.max(head.atMs, toldAtMs(head.next));
}

/** The gauges of all consumers together: each has its part of the limit. */
function sumOf(atMs: number, heads: readonly Head[]): RunEvent {
  const sum = (of: (gauges: CounterEvent) => number) =>
    heads.reduce((sum, { gauges }) => gauges === undefined ? sum : sum + of(gauges), 0);
  return {
    type: "counter",
    atMs,
    ready: sum(({ ready }) => ready),
    running: sum(({ running }) => running),
    limit: sum(({ limit }) => limit),
    throttled: sum(({ throttled }) => throttled),
  };
}

function tooMany(logs: readonly NamedLog[]): RunLogError {
  const detail =
    `${logs.length} logs are to be merged, and at most ${MOST_LOGS} can be. Put some in one file first`;
  return new RunLogError("read", logs[MOST_LOGS]!.name, "too-many", detail);
}

function anotherLoad(name: string, why: string): RunLogError {
  const detail = `${why}. Merge only logs of one load; without --merge runs are compared`;
  return new RunLogError("read", name, "another-queue", detail);
}

function anotherCopy(name: string, other: string): RunLogError {
  const detail = `it is of the same run as ${other}, and holds other events. Name only one of the two`;
  return new RunLogError("read", name, "another-copy", detail);
}
