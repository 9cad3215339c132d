import {
  type Chain,
  dueAt,
  type Instance,
  type InstanceOutcome,
  isIdOfCall,
  type JsonText,
  type NodeRecord,
  possibleCallers,
} from "../../model/mod.ts";
import { Bell } from "../bell.ts";
import { DelayedLine } from "../delayed_line.ts";
import { CALLER_ENDED, matches, RETRYABLE } from "../filter.ts";
import { contentOf, PushTally } from "../content.ts";
import type { Filter, InstanceState, InstanceView, Kind, Pushed, QueueDepth } from "../queue.ts";
import { MemoryBeats } from "./beats.ts";
import { MemoryRateLedgers } from "./rate_ledgers.ts";
import { MemoryCallbacks } from "./callbacks.ts";
import { MemoryDeployments } from "./deployments.ts";
import { MemorySettings } from "./settings.ts";
import { type Retry, type RetryAsked, retryOf } from "../retried.ts";
import { definitionOfSubmitted, placeOf, storableText } from "../submission.ts";
import { hasToUndo, keptToUndo } from "../undoing.ts";
import { type PullBudget, textLength } from "../weight.ts";
import {
  cursorText,
  type InstanceLine,
  type InstancePage,
  lineOf,
  type PageOptions,
  readCursor,
} from "../page.ts";
import { treeOf } from "../tree.ts";
import { type Place, WaitingLines } from "../waiting_lines.ts";

/** An instance in memory; `seq` is its place in the order of submission. */
export interface Entry {
  readonly seq: number;
  /** With new generations, and the instants of its retries, once it has been retried. */
  instance: Instance;
  /** By their places. */
  readonly records: Map<number, NodeRecord>;
  /** The instance that called it, if one has. */
  readonly caller: Entry | undefined;
  /** The instances that it has called, oldest first. */
  readonly called: Set<Entry>;
  state: InstanceState;
  /** Whether it has been handed out before, so that it may have begun. */
  resumed: boolean;
  owner: object | undefined;
  /** Why it is to be cancelled, if its holder has been asked to. */
  cancel: string | undefined;
  /** Whether its calls in flight are to end with that. */
  abort: boolean;
  reason: string | undefined;
  endedAtMs: number | undefined;
  output: JsonText | undefined;
  /** Where it waits to be handed out. */
  place: Place<Entry> | undefined;
}

/** The content of an in-memory queue and its changes of state; who may ask for them is the consumers' matter. */
export class MemoryStore {
  readonly bell = new Bell();
  readonly identity: string = `memory:${crypto.randomUUID()}`;
  readonly settings = new MemorySettings();
  readonly deployments = new MemoryDeployments();
  readonly callbacks = new MemoryCallbacks(() => this.bell.ring());
  readonly beats = new MemoryBeats();
  readonly rateLedgers: MemoryRateLedgers = new MemoryRateLedgers();
  readonly #entries = new Map<string, Entry>();
  readonly #chains = new Map<string, Chain>();
  readonly #waiting = new WaitingLines<Entry>();
  readonly #delayed = new DelayedLine<Entry>();
  #ended: Entry[] = [];
  #seq = 0;

  /**
   * Tells which of the pushed instances are new, and which the queue has already.
   *
   * @throws {QueueError} `id-conflict`
   */
  lookOver(instances: readonly Instance[]): Pushed {
    const tally = new PushTally();
    const fresh = new Map<string, Instance>();
    for (const instance of instances) {
      const { id, parent } = instance;
      const find = (id: string) => this.#entries.get(id)?.instance ?? fresh.get(id);
      const known = find(id), caller = parent === undefined ? callerUnder(id, find) : undefined;
      if (known !== undefined) tally.exists(instance, contentOf(known));
      else if (caller !== undefined) tally.belongsTo(id, caller);
      else {
        fresh.set(id, instance);
        tally.add();
      }
    }
    return tally.result("the queue in memory");
  }

  /** Queues an instance, now or when it is due, unless it is known; or hands it to the owner of its caller. @returns the entry of its id */
  add(instance: Instance, nowMs: number): Entry {
    const { hash, chain } = definitionOfSubmitted(instance);
    const before = this.#entries.get(instance.id);
    if (before !== undefined) return before;
    let known = this.#chains.get(hash);
    if (!known) this.#chains.set(hash, known = chain);
    const caller = instance.parent && this.#entries.get(instance.parent.instance);
    const entry: Entry = {
      seq: this.#seq++,
      instance: known === instance.chain ? instance : { ...instance, chain: known },
      records: new Map(),
      caller,
      called: new Set(),
      state: caller === undefined ? "queued" : "running",
      resumed: false,
      owner: caller?.owner,
      cancel: undefined,
      abort: false,
      reason: undefined,
      endedAtMs: undefined,
      output: undefined,
      place: undefined,
    };
    this.#entries.set(instance.id, entry);
    if (caller === undefined) this.#begin(entry, nowMs);
    else caller.called.add(entry);
    return entry;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Has an entry wait until it is due, or to be handed out. */
  #begin(entry: Entry, nowMs: number): void {
    const isDue = (entry.instance.dueAtMs ?? -Infinity) <= nowMs;
    entry.state = isDue ? "queued" : "delayed";
    if (isDue) this.#wait(entry);
    else this.#delayed.add(entry);
  }

  /** Queues those that are due by an instant. @returns when the next one is due, in milliseconds since 1970 */
  wake(nowMs: number): number | undefined {
    for (const entry of this.#delayed.take(nowMs)) {
      entry.state = "queued";
      this.#wait(entry);
    }
    return this.#delayed.nextMs;
  }

  #wait(entry: Entry, waitsFor?: string): void {
    entry.place = this.#waiting.add(entry, waitsFor);
  }

  #waitNoMore(entry: Entry): void {
    if (entry.place !== undefined) entry.place.isLeft = true;
    entry.place = undefined;
    this.#delayed.leave(entry);
  }

  take(budget: PullBudget, passOver: readonly Kind[], owner: object): Entry[] {
    const taken = this.#waiting.take(passOver, (entry) => budget.takes(textLength(treeOf(entry))));
    for (const entry of taken) {
      entry.place = undefined;
      for (const each of treeOf(entry)) {
        if (each.state === "queued") Object.assign(each, { state: "running", owner });
      }
    }
    return taken;
  }

  /** Marks an entry to be cancelled. If it waits, it is only to be undone: others cannot keep it waiting any more. */
  mark(entry: Entry, reason: string): void {
    entry.cancel = reason;
    if (entry.place === undefined) return;
    this.#waitNoMore(entry);
    this.#wait(entry);
  }

  end(entry: Entry, state: InstanceOutcome, endedAtMs: number, reason?: string, output?: JsonText): void {
    this.#waitNoMore(entry);
    entry.state = state;
    entry.owner = entry.cancel = undefined;
    entry.abort = false;
    entry.endedAtMs = endedAtMs;
    entry.reason = reason === undefined ? undefined : storableText(reason);
    entry.output = output;
    this.#ended.push(entry);
    if (this.callbacks.ended(entry, state)) this.bell.ring();
    for (const each of entry.called) {
      if (!hasEnded(each)) this.end(each, "cancelled", endedAtMs, CALLER_ENDED);
    }
  }

  /** Puts back entries that their holder gives up; those to be cancelled end, unless they have something to undo. */
  release(entries: readonly Entry[], nowMs: number, waitsFor: ReadonlyMap<Entry, string> = NONE): void {
    const kept = toUndo(entries);
    for (const entry of entries) {
      if (hasEnded(entry)) continue; // with its caller
      if (entry.cancel !== undefined && !kept.has(entry)) this.end(entry, "cancelled", nowMs, entry.cancel);
      else this.#queueAgain(entry, waitsFor.get(entry));
    }
    this.bell.ring();
  }

  /**
   * Queues instances again, with those that they have called.
   *
   * @returns their number
   */
  retry(roots: Iterable<Entry>, asked: RetryAsked): number {
    let retried = 0;
    for (const root of roots) {
      const retry = retryOfEntry(root, asked);
      if (retry === undefined) continue;
      this.#retry(root, retry, asked);
      this.#waitNoMore(root);
      this.#begin(root, asked.atMs); // it may have been cancelled before it was due
      retried++;
    }
    this.bell.ring();
    return retried;
  }

  #retry(entry: Entry, { instance, isFresh, isForgotten, ofCalled }: Retry, { atMs }: RetryAsked): void {
    const fateOf = ({ instance: { parent } }: Entry) => ofCalled(parent!.node);
    this.forget([...entry.called].filter((called) => fateOf(called) === "forgotten"));
    entry.instance = instance;
    entry.reason = entry.endedAtMs = entry.output = undefined;
    for (const [place, record] of entry.records) if (isForgotten(record)) entry.records.delete(place);
    this.#queueAgain(entry);
    entry.resumed = !isFresh;
    for (const called of entry.called) {
      if (RETRYABLE.includes(called.state) && fateOf(called) === "retried") {
        this.#retry(called, retryOfEntry(called, { atMs })!, { atMs });
      }
    }
  }

  #queueAgain(entry: Entry, waitsFor?: string): void {
    entry.state = "queued";
    entry.resumed = true;
    entry.owner = undefined;
    if (entry.caller === undefined) this.#wait(entry, waitsFor);
  }

  /** Forgets instances and those that they have called. */
  forget(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      entry.caller?.called.delete(entry);
      this.#waitNoMore(entry);
      for (const { instance: { id } } of treeOf(entry)) this.#entries.delete(id);
    }
  }

  /** Forgets what ended before an instant; ends come about in order of time, so it looks no further than it must. */
  purge(beforeMs: number): void {
    this.callbacks.purge(beforeMs);
    let gone = 0;
    for (const { endedAtMs = -Infinity } of this.#ended) {
      if (endedAtMs >= beforeMs) break;
      gone++;
    }
    if (gone === 0) return;
    const old = this.#ended.slice(0, gone);
    this.#ended = this.#ended.slice(gone);
    this.forget(
      old.filter((entry) =>
        entry.caller === undefined && hasEnded(entry) && entry.endedAtMs! < beforeMs &&
        this.#entries.get(entry.instance.id) === entry
      ),
    );
  }

  /** Those a filter means, oldest first. */
  select({ ids, ...filter }: Filter): Entry[] {
    const limit = filter.limit ?? Infinity;
    const selected: Entry[] = [];
    for (const entry of ids ? this.#byId(ids) : this.#entries.values()) {
      if (selected.length >= limit) break;
      if (matches(filter, entry)) selected.push(entry);
    }
    return selected;
  }

  #byId(ids: readonly string[]): Entry[] {
    const entries = [...new Set(ids)].map((id) => this.#entries.get(id));
    return entries.filter((entry) => entry !== undefined).sort((a, b) => a.seq - b.seq);
  }

  /** A part of the list of those that a filter means. */
  page({ limit: _, ...filter }: Filter, { after, limit, newestFirst = false }: PageOptions): InstancePage {
    const selected = this.select(filter);
    if (newestFirst) selected.reverse();
    const from = after === undefined ? undefined : readCursor(after, 1)[0]!;
    const behind = selected.filter(({ seq }) =>
      from === undefined || (newestFirst ? seq < from : seq > from)
    );
    const lines = behind.slice(0, limit);
    return {
      lines: lines.map(lineOfEntry),
      ...behind.length > limit && { next: cursorText([lines.at(-1)!.seq]) },
    };
  }

  depth(): QueueDepth {
    const counts = { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    let oldest: Entry | undefined;
    for (const entry of this.#entries.values()) {
      counts[entry.state]++;
      if (entry.state === "queued" || entry.state === "running") oldest ??= entry;
    }
    const { nextMs } = this.#delayed;
    return {
      ...counts,
      ...nextMs !== undefined && { nextDueAtMs: nextMs },
      ...oldest !== undefined && { oldestSubmittedAtMs: dueAt(oldest.instance) },
    };
  }

  get lastSeq(): number {
    return this.#seq;
  }
}

/** The instance that calls a chain under an id, or may come to. */
function callerUnder(id: string, find: (id: string) => Instance | undefined): string | undefined {
  return possibleCallers(id).find((caller) => {
    const instance = find(caller);
    return instance !== undefined && isIdOfCall(id, instance);
  });
}

/** Those of some entries that are not to end without a consumer, as they have something to undo; and their callers. */
export function toUndo(entries: Iterable<Entry>): ReadonlySet<Entry> {
  return keptToUndo(
    entries,
    ({ caller }) => caller,
    (entry) =>
      !hasEnded(entry) && (entry.resumed || entry.state === "running") &&
      hasToUndo(entry.instance.chain, () => entry.records.values()),
  );
}

function retryOfEntry({ instance, records }: Entry, asked: RetryAsked): Retry | undefined {
  return retryOf(instance, [...records.values()], asked);
}

export function hasEnded({ state }: Entry): boolean {
  return state !== "delayed" && state !== "queued" && state !== "running";
}

/** The public view of an entry. */
export function viewOf(entry: Entry): InstanceView {
  const { instance, state, reason, endedAtMs, output } = entry;
  return {
    instance,
    state,
    progress: progressOf(entry),
    ...(reason === undefined ? {} : { reason }),
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(output === undefined ? {} : { output }),
  };
}

function lineOfEntry({ instance, state, reason, endedAtMs }: Entry): InstanceLine {
  return lineOf({
    instance,
    state,
    ...reason !== undefined && { reason },
    ...endedAtMs !== undefined && { endedAtMs },
  });
}

/** The records of an entry by node and item. */
export function progressOf(entry: Entry): NodeRecord[] {
  return [...entry.records.values()].sort((a, b) => placeOf(a) - placeOf(b));
}

const NONE: ReadonlyMap<Entry, string> = new Map();
