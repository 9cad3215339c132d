import type { Chain, Instance, Json, NodeRecord } from "../model/mod.ts";
import { Bell } from "./bell.ts";
import { matches } from "./filter.ts";
import type { Command, Filter, InstanceState, InstanceView, QueueDepth } from "./queue.ts";
import { definitionOfSubmitted, placeOf, storableText } from "./submission.ts";

/** An instance in memory; `seq` is its place in the order of submission. */
export interface Entry {
  readonly seq: number;
  readonly instance: Instance;
  /** By their places. */
  readonly records: Map<number, NodeRecord>;
  state: InstanceState;
  owner: object | undefined;
  /** Why it is to be cancelled, if its holder has been asked to. */
  cancel: string | undefined;
  reason: string | undefined;
  endedAtMs: number | undefined;
  output: Json | undefined;
}

/** The content of an in-memory queue and its changes of state; who may ask for them is the consumers' matter. */
export class MemoryStore {
  readonly bell = new Bell();
  readonly commands: { readonly seq: number; readonly command: Command }[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #chains = new Map<string, Chain>();
  /** Waiting entries by seq: those never handed out, and those queued again. Either may have some that are gone. */
  #fresh: Entry[] = [];
  #again: Entry[] = [];
  #ended: Entry[] = [];
  #seq = 0;

  add(instance: Instance): void {
    const { hash, chain } = definitionOfSubmitted(instance);
    if (this.#entries.has(instance.id)) return;
    let known = this.#chains.get(hash);
    if (!known) this.#chains.set(hash, known = chain);
    const entry: Entry = {
      seq: this.#seq++,
      instance: known === instance.chain ? instance : { ...instance, chain: known },
      records: new Map(),
      state: "queued",
      owner: undefined,
      cancel: undefined,
      reason: undefined,
      endedAtMs: undefined,
      output: undefined,
    };
    this.#entries.set(instance.id, entry);
    this.#fresh.push(entry);
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  take(max: number, owner: object): Entry[] {
    const taken: Entry[] = [];
    let fresh = 0, again = 0;
    while (taken.length < max && (fresh < this.#fresh.length || again < this.#again.length)) {
      const a = this.#fresh[fresh], b = this.#again[again];
      const entry = b === undefined || (a !== undefined && a.seq < b.seq) ? a! : b;
      if (entry === a) fresh++;
      else again++;
      if (entry.state !== "queued") continue;
      entry.state = "running";
      entry.owner = owner;
      taken.push(entry);
    }
    this.#fresh = this.#fresh.slice(fresh);
    this.#again = this.#again.slice(again);
    return taken;
  }

  end(entry: Entry, state: InstanceState, endedAtMs: number, reason?: string, output?: Json): void {
    entry.state = state;
    entry.owner = entry.cancel = undefined;
    entry.endedAtMs = endedAtMs;
    entry.reason = reason === undefined ? undefined : storableText(reason);
    entry.output = output;
    this.#ended.push(entry);
  }

  /** Puts back what its holder gives up; what was to be cancelled ends. */
  release(entries: Iterable<Entry>, nowMs: number): void {
    for (const entry of entries) {
      if (entry.cancel !== undefined) this.end(entry, "cancelled", nowMs, entry.cancel);
      else this.#queueAgain(entry);
    }
    this.#again.sort((a, b) => a.seq - b.seq);
    this.bell.ring();
  }

  retry(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.reason = entry.endedAtMs = entry.output = undefined;
      for (const [place, { state }] of entry.records) if (state !== "ok") entry.records.delete(place);
      this.#queueAgain(entry);
    }
    this.#again.sort((a, b) => a.seq - b.seq);
    this.bell.ring();
  }

  #queueAgain(entry: Entry): void {
    entry.state = "queued";
    entry.owner = undefined;
    this.#again.push(entry);
  }

  forget(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      if (this.#entries.get(entry.instance.id) === entry) this.#entries.delete(entry.instance.id);
    }
  }

  /** Forgets what ended before an instant; ends come about in order of time, so it looks no further than it must. */
  purge(beforeMs: number): void {
    let gone = 0;
    for (const { endedAtMs = -Infinity } of this.#ended) {
      if (endedAtMs >= beforeMs) break;
      gone++;
    }
    if (gone === 0) return;
    this.forget(this.#ended.slice(0, gone).filter(({ endedAtMs }) => endedAtMs !== undefined));
    this.#ended = this.#ended.slice(gone);
  }

  request(command: Command): void {
    this.commands.push({ seq: this.#seq++, command });
    if (this.commands.length > 1000) this.commands.shift();
    this.bell.ring();
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

  depth(): QueueDepth {
    const counts = { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    let oldest: Entry | undefined;
    for (const entry of this.#entries.values()) {
      counts[entry.state]++;
      if (entry.state === "queued" || entry.state === "running") oldest ??= entry;
    }
    return oldest ? { ...counts, oldestSubmittedAtMs: oldest.instance.submittedAtMs } : counts;
  }

  get lastSeq(): number {
    return this.#seq;
  }
}

/** What is known of an entry, as others see it. */
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

/** The records of an entry by node and item. */
export function progressOf(entry: Entry): NodeRecord[] {
  return [...entry.records.values()].sort((a, b) => placeOf(a) - placeOf(b));
}
