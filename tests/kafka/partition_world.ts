/** A partition with an owner, which may die at any point, and a follower: what is done to them, and what must hold. */
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import {
  type Callback,
  type Instance,
  type InstanceOutcome,
  type NodeRecord,
  writeJson,
} from "../../lib/model/mod.ts";
import type { CallbackState } from "../../lib/queue/callbacks.ts";
import { Bell } from "../../lib/queue/bell.ts";
import { RETRYABLE, RETRYABLE_FROM } from "../../lib/queue/filter.ts";
import type { Request } from "../../lib/queue/kafka/operator/command_log.ts";
import { type EndSource, wholeEnd } from "../../lib/queue/kafka/log/end_reader.ts";
import { OwnedPartition } from "../../lib/queue/kafka/owner/owned_partition.ts";
import { type Entry, hasEnded, progressOf } from "../../lib/queue/kafka/log/entry.ts";
import { rootOf, treeOf } from "../../lib/queue/tree.ts";
import { PartitionState } from "../../lib/queue/kafka/log/partition_state.ts";
import {
  bufferOf,
  FENCE,
  LEFT,
  outgoing,
  OWNER,
  readEnd,
  recordKey,
} from "../../lib/queue/kafka/log/records.ts";
import { carryOut } from "../../lib/queue/kafka/operator/requests.ts";
import { marked, TermWriter } from "../../lib/queue/kafka/log/terms.ts";
import { placeOf } from "../../lib/queue/submission.ts";
import { PassedKinds, textOf } from "../../lib/queue/waiting_lines.ts";
import { ChainPool } from "../../lib/queue/kafka/log/chain_pool.ts";
import { encodeInstance } from "../../lib/wire/mod.ts";
import { instances, line, result } from "../queue/samples.ts";
import {
  HeldWriter,
  type Late,
  NAMES,
  type PartitionLog,
  SetClock,
  Topic,
  type WrittenTopic,
} from "./partition_log.ts";
import { PartitionModel } from "./partition_model.ts";

/** An operation; numbers that choose among several are taken modulo their number. */
export type Op =
  | { readonly do: "submit"; readonly who: number }
  | { readonly do: "submitGarbage" }
  | { readonly do: "read"; readonly count: number }
  | { readonly do: "claim" }
  /** Claims pass over the kinds of these numbers from now on. */
  | { readonly do: "pass"; readonly kinds: readonly number[] }
  | { readonly do: "checkpoint"; readonly pick: number; readonly records: readonly NodeRecord[] }
  | { readonly do: "call"; readonly pick: number; readonly node: number; readonly child: number }
  | {
    readonly do: "finish";
    readonly pick: number;
    readonly outcome: InstanceOutcome;
    readonly records: readonly NodeRecord[];
  }
  | { readonly do: "handBack"; readonly pick: number }
  | { readonly do: "cancel"; readonly pick: number; readonly abort: boolean }
  | { readonly do: "retry"; readonly pick: number; readonly from: string | undefined }
  | { readonly do: "purge"; readonly pick: number }
  | { readonly do: "upkeep" }
  /** An attempt to deliver a callback has ended. */
  | { readonly do: "mark"; readonly pick: number; readonly state: CallbackState }
  | { readonly do: "makeDurable"; readonly topic: WrittenTopic; readonly count: number }
  | { readonly do: "compact"; readonly part: number; readonly dropsTombstones: boolean }
  /** Late writes of former owners arrive; the broker takes them, as it has forgotten these owners. */
  | { readonly do: "late"; readonly count: number }
  /** The follower looks where one more topic ends; when it knows of all, it reads. */
  | { readonly do: "look" }
  | { readonly do: "settle" }
  | { readonly do: "release" }
  /** It dies; this part of what it was writing is durable. The next one dies after this number of writes, as it takes over. */
  | {
    readonly do: "crash";
    readonly durable: Readonly<Record<WrittenTopic, number>>;
    readonly nextDiesAfter: number | undefined;
  };

/** The options of a partition. */
export interface WorldOptions {
  readonly maxEnds: number;
  readonly carriedBehind: number;
  readonly carriedAfterMs?: number;
}

const KEEP_MS = 86_400_000;
const KINDS = [{}, { tenant: "a" }, { tenant: "b" }];
const FAILED_ONLY: Callback = { url: "https://b.example/", on: ["failed", "cancelled"] };
const POOL: readonly Instance[] = instances(20, line, "partition").map((instance, i) => ({
  ...instance,
  labels: KINDS[i % KINDS.length]!,
  ...i % 4 !== 0 && { callback: i % 4 === 1 ? { url: "https://a.example/" } : FAILED_ONLY },
}));
/** Little, so that much is left in its topic. */
const READ_AHEAD = { entries: 2, characters: 1_000_000, passed: 1, named: 1 };

interface Flight {
  /** The instances that it may change: when it is lost, nobody knows whether it has. */
  readonly ids: ReadonlySet<string>;
  readonly isOperators: boolean;
}

/** See {@linkcode Op}. */
export class World {
  readonly #options: WorldOptions;
  readonly #clock = new SetClock();
  readonly log: PartitionLog = { pending: new Topic(), running: new Topic(), finished: new Topic() };
  readonly model = new PartitionModel();
  owner!: OwnedPartition;
  /** The ids of what was handed out, in that order. */
  readonly claimed: string[] = [];
  #writer!: HeldWriter;
  readonly #flights = new Set<Flight>();
  /** Ids that are not asked for any more, as they have ended or were handed back as far as their consumer knows. */
  readonly #over = new Set<string>();
  /** Entries that were handed back under a name: only by the name can they be passed over. */
  readonly #named = new WeakSet<Entry>();
  /** Ids of what was called, but not durably. */
  readonly #added = new Set<string>();
  readonly #errors: unknown[] = [];
  /** Messages that brought what was known, as far as nobody may have heard of that who comes next. */
  readonly #copies = new Set<number>();
  readonly #submitted = new Set<string>();
  /** The writes under way of former owners when they were cut off. */
  readonly #late: Late[] = [];
  /** Where in `running` the first of that stands which may not have been written again. */
  #overwrittenAt = Infinity;
  readonly #garbage = new Set<number>();
  readonly #aside = new Set<number>();
  #claims = 0;
  #readTo = 0;
  /** Messages that an owner has read. */
  #seenTo = 0;
  /** The ids of what waits in its topic only. */
  readonly #left = new Set<string>();
  #passed = new PassedKinds([]);
  readonly #chains = new ChainPool();
  readonly #follower: PartitionState;
  readonly #at = { running: 0, finished: 0 };
  #ends: number[] = [];

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#follower = this.#newState();
  }

  static async open(options: WorldOptions): Promise<World> {
    const world = new World(options);
    await world.#take(undefined);
    world.#writer.eager = 0;
    return world;
  }

  /** Whether no end is forgotten that was not purged. */
  get #knowsAll(): boolean {
    return this.#options.maxEnds > 10;
  }

  #newState(): PartitionState {
    const { maxEnds } = this.#options;
    const chains = this.#chains;
    return new PartitionState({ partition: 0, topic: NAMES.pending, keepMs: KEEP_MS, maxEnds, chains });
  }

  /** As takePartition() does it. @returns whether it lived on */
  async #take(diesAfter: number | undefined): Promise<boolean> {
    const { log } = this;
    const state = this.#newState();
    const held = new HeldWriter(log);
    held.eager = diesAfter ?? Infinity;
    state.takeRunning(log.running.range(0));
    const term = log.running.end, member = `member ${term}`;
    const fence = marked([outgoing(FENCE, { member }, this.#clock.nowMs())], term);
    const runningFence = log.running.append(fence);
    state.takeRunning(log.running.range(runningFence));
    assert(state.fencing.isFencedBy(member, term), "nobody else has it");
    const finishedFence = log.finished.append(fence);
    state.pendingAt = state.owner?.from ?? 0;
    const oldest = Math.min(state.owner?.results ?? 0, finishedFence - this.#options.maxEnds);
    state.takeFinished(log.finished.range(oldest));
    const writer: TermWriter = new TermWriter({
      writer: held,
      term,
      ends: { [NAMES.running]: runningFence + 1, [NAMES.finished]: finishedFence + 1 },
      // deno-lint-ignore require-await
      look: async (topic, from, to) =>
        owner.takeOthers(topic, log[topic === NAMES.running ? "running" : "finished"].range(from, to)),
    });
    const owner: OwnedPartition = new OwnedPartition({
      partition: 0,
      names: NAMES,
      clock: this.#clock,
      state,
      writer,
      member,
      term,
      words: "a test",
      group: "a group",
      look: () => writer.lookTo(NAMES.running, log.running.end),
      ends: this.#endSource,
      readAgain: (offset) => {
        const { end } = this.log.pending, next = Math.min(offset + 2, end);
        return Promise.resolve({ records: this.log.pending.range(offset, next), next, end });
      },
      readAhead: READ_AHEAD,
      chains: this.#chains,
      settledBehind: 2,
      homeOf: () => 0,
      moveHome: () => Promise.reject(new Error("nothing lies elsewhere")),
      setAside: ({ place }) => Promise.resolve(void this.#aside.add(place.offset)),
      bell: new Bell(),
      due: new Bell(),
      failed: (error) => void this.#errors.push(error),
      dropped: () => {},
      carriedBehind: this.#options.carriedBehind,
      carriedAfterMs: this.#options.carriedAfterMs ?? Infinity,
    }, finishedFence + 1);
    this.#readTo = state.pendingAt;
    const taking = owner.begin(0);
    let isTaken = false;
    taking.then(() => isTaken = true, (error) => this.#errors.push(error));
    await nextTurn();
    if (!isTaken) {
      this.#late.push(...held.die({ running: 0, finished: 0 }));
      return false;
    }
    this.owner = owner;
    this.#writer = held;
    return true;
  }

  /** The id of what `submit` submits. */
  idOf(who: number): string {
    return POOL[who % 6]!.id;
  }

  /** Lets time pass, in milliseconds. */
  pass(ms: number): void {
    this.#clock.ms += ms;
  }

  /** A new owner reads all that there is. */
  async #succeed(diesAfter: number | undefined): Promise<void> {
    const uncertain = new Set([...this.#flights].flatMap(({ ids }) => [...ids]));
    for (const record of this.log.finished.records) {
      const end = readEnd(record);
      if (end?.state === "bad") this.#copies.delete(end.place.offset);
    }
    this.#flights.clear();
    this.#over.clear();
    const ended = new Set(this.model.ended.map(({ id }) => id));
    this.model.letGo();
    if (diesAfter === undefined || !await this.#take(diesAfter)) await this.#take(undefined);
    this.#writer.eager = Infinity;
    this.#left.clear();
    this.#read(Infinity);
    using _ = await this.#readAll();
    await this.#done(this.owner.journal.tidy(true));
    await this.#done(this.owner.upkeep());
    this.#overwrittenAt = Infinity;
    this.#writer.eager = 0;
    for (const id of uncertain) this.#learn(id, ended.has(id));
    this.#added.clear();
    this.check();
  }

  async #done(work: Promise<void>): Promise<void> {
    let isDone = false;
    work.then(() => isDone = true, (error) => this.#errors.push(error));
    await nextTurn();
    assert(isDone || this.#errors.length > 0, "it is done");
  }

  /** Takes over the present state of an instance that nobody knows; the instance may not have gone back. */
  #learn(id: string, hadEnded: boolean): void {
    const { entries, ends } = this.owner.state;
    const before = this.model.known.get(id);
    const entry = entries.get(id), end = ends.get(id);
    if (entry === undefined && end === undefined) {
      const mayBeUnknown = before === undefined || before.outcome !== undefined || this.#added.has(id) ||
        (!this.#knowsAll && this.#hasEnd(id));
      assert(mayBeUnknown, `${id} is not lost`);
      this.model.known.delete(id);
      return;
    }
    const { run, state, place: { offset: at } } = (entry ?? end)!;
    const outcome = state === "queued" || state === "running" ? undefined : state as InstanceOutcome;
    const progress = entry === undefined ? this.#whole(id).progress : progressOf(entry);
    if (before !== undefined && (before.at ?? at) === at) {
      assert(run >= before.run, `${id} has not gone back`);
      if (run === before.run && hadEnded) assertEquals(outcome, before.outcome);
      const places = progress.map(placeOf);
      const isRetried = run > before.run;
      assert(
        isRetried || [...before.records.keys()].every((place) => places.includes(place)),
        "it is durable",
      );
    }
    const whole = entry?.instance ?? this.#whole(id).instance;
    const { parent } = whole;
    this.model.add(id, whole.chain, parent && { id: parent.instance, node: parent.node });
    const known = this.model.known.get(id)!;
    Object.assign(known, { instance: whole, at: parent ? undefined : at, run, outcome });
    this.model.record(id, progress, this.#clock.nowMs());
  }

  #hasEnd(id: string): boolean {
    return this.log.finished.records.some(({ key }) => String(key) === id);
  }

  #whole(id: string) {
    const { offset, parts } = this.owner.state.ends.get(id)!;
    return wholeEnd(this.log.finished.range(offset - parts + 1, offset + 1));
  }

  readonly #endSource: EndSource = {
    read: (_, { offset, parts }) =>
      Promise.resolve(wholeEnd(this.log.finished.range(offset - parts + 1, offset + 1))),
  };

  /** Does something, as far as it can be done. */
  async run(op: Op): Promise<void> {
    this.#clock.ms++;
    await this.#run(op);
    await nextTurn();
    for (const id of this.#left) if (this.owner.state.entries.has(id)) this.#left.delete(id);
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  async #run(op: Op): Promise<void> {
    switch (op.do) {
      case "submit":
        return this.#submitOneOf(op.who);
      case "submitGarbage":
        this.#garbage.add(this.log.pending.end);
        return this.#submit(new Uint8Array([255, 1, 2]));
      case "read":
        return this.#read(op.count);
      case "claim":
        return this.#claim();
      case "pass":
        this.#passed = new PassedKinds(
          op.kinds.map((kind) => ({ chain: this.#chains.shared(POOL[0]!).chain, labels: KINDS[kind]! })),
        );
        return;
      case "checkpoint":
        return this.#checkpoint(pick(this.#held(), op.pick), op.records);
      case "call":
        return this.#call(pick(this.#held(), op.pick), op.node, op.child);
      case "finish":
        return this.#finish(pick(this.#held(), op.pick), op.outcome, op.records);
      case "handBack":
        return this.#handBack(pick(this.#held().filter(({ caller }) => caller === undefined), op.pick));
      case "cancel":
      case "retry":
      case "purge":
        return await this.#operate(op);
      case "mark":
        return this.#mark(op.pick, op.state);
      case "upkeep":
        this.#fly([], this.owner.upkeep());
        return this.#fly([], this.owner.look());
      case "late":
        return this.#arrive(op.count);
      case "makeDurable":
        return this.#writer.makeDurable(op.topic, op.count);
      case "compact":
        return this.#compact(op.part, op.dropsTombstones);
      case "look":
        return this.#look();
      case "settle":
        return await this.settle();
      case "release":
        return await this.#release();
      case "crash":
        this.#late.push(...this.#writer.die(op.durable));
        return await this.#succeed(op.nextDiesAfter);
    }
  }

  /** Submits some again and again; each once if ends are forgotten, as it may then be a new instance. */
  #submitOneOf(who: number): void {
    const instance = POOL[this.#knowsAll ? who % 6 : who % POOL.length]!;
    if (!this.#knowsAll && this.#submitted.has(instance.id)) return;
    this.#submitted.add(instance.id);
    this.#submit(encodeInstance(instance));
  }

  #submit(value: Uint8Array): void {
    const timestamp = String(this.#clock.nowMs());
    this.log.pending.append([{ key: null, value: bufferOf(value), headers: {}, timestamp }]);
  }

  #read(count: number): void {
    const { state } = this.owner;
    for (const record of this.log.pending.range(this.#readTo, this.#readTo + count)) {
      const offset = record.offset;
      const instance = POOL.find((each) => bufferOf(encodeInstance(each)).equals(record.value!));
      const isKnown = instance === undefined || state.entries.has(instance.id) ||
        state.ends.has(instance.id) ||
        this.#left.has(instance.id);
      const isNew = !isKnown && (offset >= this.#seenTo || this.#copies.has(offset));
      const isFirst = offset >= this.#seenTo;
      const { left } = this.owner;
      this.owner.read([record], offset + 1);
      if (this.owner.left > left) this.#left.add(instance!.id);
      this.#readTo = offset + 1;
      this.#seenTo = Math.max(this.#seenTo, offset + 1);
      if (instance !== undefined && !isNew && isFirst) this.#copies.add(offset);
      if (instance === undefined || !isNew) continue;
      this.#copies.delete(offset);
      this.model.forget(instance.id);
      this.model.add(instance.id, instance.chain);
      this.model.known.get(instance.id)!.at = offset;
    }
  }

  /** Former owners' writes arrive in their order, or never. */
  #arrive(count: number): void {
    for (const { to, records } of this.#late.splice(0, count)) {
      const offset = this.log[to].append(records);
      if (to === "running") this.#overwrittenAt = Math.min(this.#overwrittenAt, offset);
    }
  }

  /** Brokers keep tombstones for as long as a day: whoever follows has seen those that go. */
  #compact(part: number, dropsTombstones: boolean): void {
    const { running } = this.log;
    const end = dropsTombstones ? this.#at.running : running.end;
    // `min.compaction.lag.ms`: an owner has written again by then what was overwritten.
    running.compact(Math.min(Math.floor(part * end), this.#overwrittenAt), dropsTombstones);
  }

  /** The entries that its consumer holds, without those that it has ended or handed back. */
  #held(): Entry[] {
    return [...this.owner.claims.held()].filter((entry) =>
      entry.state === "running" && ![...callersOf(entry)].some(({ instance: { id } }) => this.#over.has(id))
    );
  }

  #claim(): void {
    using line = this.owner.passing(this.#passed);
    const entry = line?.first;
    if (line === undefined || entry === undefined) return this.#leaveUnwanted();
    const { chain, labels } = entry.instance;
    assertEquals(entry.instance.parent, undefined, "what was called is not handed out alone");
    assert(
      entry.cancel !== undefined || this.#named.has(entry) || !this.#passed.hasSomeOf(chain, textOf(labels)),
      "it is not passed over",
    );
    for (const { instance: { id } } of treeOf(entry)) this.#over.delete(id);
    this.claimed.push(this.owner.claim(line, ++this.#claims).instance.id);
    this.owner.writeClaims();
  }

  #leaveUnwanted(): void {
    const before = [...this.owner.state.entries.keys()];
    this.owner.leaveUnwanted(this.#passed);
    for (const id of before) {
      if (!this.owner.state.entries.has(id)) this.#left.add(id);
    }
  }

  async #readAll(): Promise<Disposable> {
    const whole = await this.owner.whole();
    assertEquals(this.owner.left, 0);
    this.#left.clear();
    return whole;
  }

  /** Something is under way; what follows from it holds as soon as it is acknowledged. */
  #fly(
    ids: Iterable<string>,
    work: Promise<unknown>,
    follow: () => unknown = () => {},
    isOperators = false,
  ): void {
    const flight = { ids: new Set(ids), isOperators };
    this.#flights.add(flight);
    work.then(() => {
      if (!this.#flights.delete(flight)) return; // its process has died
      follow();
    }, (error) => this.#errors.push(error));
  }

  #mark(which: number, state: CallbackState): void {
    const { callbacks } = this.owner.state;
    const callback = pick([...callbacks.open()], which);
    if (callback === undefined) return;
    const { instance, offset: of, attempts } = callback;
    callback.isTaken = true;
    const mark = { instance, of, state, attempts: attempts + 1, atMs: this.#clock.wallMs(), failure: "no" };
    this.#fly([], this.owner.journal.mark([mark]));
  }

  #checkpoint(entry: Entry | undefined, records: readonly NodeRecord[]): void {
    if (entry === undefined) return;
    const { id } = entry.instance, { run } = entry, atMs = this.#clock.nowMs();
    const known = this.model.known.get(id);
    this.#fly([id], this.owner.journal.checkpoint([{ instanceId: id, records }]), () => {
      if (this.model.known.get(id) === known && known?.run === run) this.model.record(id, records, atMs);
    });
  }

  #call(entry: Entry | undefined, node: number, child: number): void {
    if (entry === undefined) return;
    const parent = { instance: entry.instance.id, node: line.nodes[node % 3]!.name };
    const id = `${parent.instance}/${parent.node}${child}`;
    if (id.length > 60) return; // deep enough
    const called: Instance = { ...POOL[0]!, id, parent };
    if (!this.model.known.has(id)) this.model.add(id, line, { id: parent.instance, node: parent.node });
    this.#added.add(id);
    this.#fly([id], this.owner.journal.call([called]), () => this.#added.delete(id));
  }

  #finish(entry: Entry | undefined, outcome: InstanceOutcome, records: readonly NodeRecord[]): void {
    if (entry === undefined) return;
    const { id } = entry.instance, atMs = this.#clock.nowMs();
    const rest = {
      outcome,
      records,
      output: writeJson(outcome),
      ...outcome === "failed" && { reason: "it failed" },
    };
    const ids = [...treeOf(entry)].map(({ instance }) => instance.id);
    this.#over.add(id);
    const known = this.model.known.get(id);
    if (known !== undefined) known.endingAs = outcome;
    this.#fly(ids, this.owner.journal.finish([result(id, atMs, rest)]), () => {
      this.model.record(id, records, atMs);
      this.model.end(id, outcome);
    });
  }

  #handBack(root: Entry | undefined): void {
    if (root === undefined) return;
    const ids = [...treeOf(root)].map(({ instance: { id } }) => id);
    for (const id of ids) this.#over.add(id);
    this.#named.add(root);
    this.#fly(ids, this.owner.handBack([root], new Map([[root, "a name"]])), () => {
      for (const { id, isMarked } of this.model.tree(root.instance.id)) {
        if (isMarked) this.model.end(id, "cancelled");
      }
    });
  }

  /** Operators' requests are carried out one after the other. */
  async #operate(op: Extract<Op, { do: "cancel" | "retry" | "purge" }>): Promise<void> {
    if ([...this.#flights].some(({ isOperators }) => isOperators)) return;
    this.#read(Infinity);
    using _ = await this.#readAll();
    const { state } = this.owner;
    const known = op.do === "cancel" ? state.entries.keys() : state.ends.keys();
    const id = pick([...known], op.pick);
    if (id === undefined) return;
    const root = op.do === "cancel" ? id : state.ends.root(id);
    const ids = this.model.tree(root).map(({ id }) => id);
    const request: Request = {
      id: "request",
      kind: op.do,
      ids: { 0: [root] },
      ...op.do === "cancel" && { abort: op.abort },
      ...op.do === "retry" && op.from !== undefined && { from: op.from },
    };
    const askedAtMs = this.#clock.wallMs(), never = new AbortController().signal;
    const done = carryOut(this.owner, { request, askedAtMs }, this.#endSource, never);
    this.#fly(ids, done, () => this.#operated(op, root, askedAtMs), true);
  }

  #operated(op: Extract<Op, { do: "cancel" | "retry" | "purge" }>, id: string, atMs: number): void {
    if (op.do === "purge") return this.model.forget(id);
    const { outcome } = this.model.known.get(id) ?? {};
    if (op.do === "retry") {
      const states = op.from === undefined ? RETRYABLE : RETRYABLE_FROM;
      if (outcome !== undefined && states.includes(outcome)) this.model.retry(id, { atMs, from: op.from });
      return;
    }
    for (const known of this.model.tree(id)) {
      const entry = this.owner.state.entries.get(known.id);
      if (entry === undefined) this.model.end(known.id, "cancelled");
      else if (hasEnded(entry)) known.outcome ??= entry.state as InstanceOutcome;
      else known.isMarked = entry.cancel !== undefined;
    }
  }

  /** All that is under way ends well. */
  async settle(): Promise<void> {
    this.#read(Infinity);
    await nextTurn();
    while (this.#writer.waiting > 0 || this.#flights.size > 0) {
      this.#writer.makeDurable("running", Infinity);
      this.#writer.makeDurable("finished", Infinity);
      await nextTurn();
      if (this.#errors.length > 0) throw this.#errors[0];
    }
    this.#writer.eager = Infinity;
    await this.#done(this.owner.look());
    using _ = await this.#readAll();
    await nextTurn();
    this.#writer.eager = 0;
    this.#overwrittenAt = Infinity;
    this.check();
    assertEquals(this.#aside, this.#garbage, "what was set aside");
    while (this.#ends.length > 0) this.#look();
    for (let i = 0; i < 3; i++) this.#look();
    assertEquals(snapshot(this.#follower), snapshot(this.owner.state), "the follower");
    this.#checkChangelog();
    this.#checkNewcomers();
  }

  async #release(): Promise<void> {
    await this.settle();
    this.#writer.eager = Infinity;
    await this.#done(this.owner.release());
    await this.#succeed(undefined);
  }

  /** As View does it. */
  #look(): void {
    const topics = ["pending", "running", "finished"] as const;
    this.#ends.push(this.log[topics[this.#ends.length]!].end);
    if (this.#ends.length < 3) return;
    const [pending, running, finished] = this.#ends as [number, number, number];
    const state = this.#follower;
    state.takeRunning(this.log.running.range(this.#at.running, running));
    state.pendingAt = Math.max(state.pendingAt, state.owner?.from ?? 0);
    state.takeFinished(this.log.finished.range(this.#at.finished, finished));
    for (const record of this.log.pending.range(state.pendingAt, pending)) {
      state.takePending(record, this.#clock.nowMs());
    }
    state.pendingAt = Math.max(state.pendingAt, pending);
    Object.assign(this.#at, { running, finished });
    this.#ends = [];
  }

  /** Checks that the owner knows what was acknowledged, and no more. */
  check(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
    const { state } = this.owner;
    const open = this.model.open.map(({ id, instance, run, outcome, records, parent }) => ({
      id,
      retriedAtMs: instance.retriedAtMs,
      run,
      outcome,
      progress: [...records.values()].sort((a, b) => placeOf(a) - placeOf(b)),
      parent: parent?.id,
    }));
    const entries = [...state.entries.values()].map((entry) => ({
      id: entry.instance.id,
      retriedAtMs: entry.instance.retriedAtMs,
      run: entry.run,
      outcome: hasEnded(entry) ? entry.state as InstanceOutcome : undefined,
      progress: progressOf(entry),
      parent: entry.caller?.instance.id,
    }));
    assertEquals(byId(entries), byId(open), "what is open");
    const ended = this.model.ended.map(({ id, run, outcome, records }) => ({
      id,
      run,
      state: outcome,
      progress: [...records.values()].sort((a, b) => placeOf(a) - placeOf(b)),
    }));
    const ends = [...state.ends].map(([id, { run, state }]) => ({
      id,
      run,
      state,
      progress: this.#whole(id).progress,
    }));
    const isKnown = ({ id }: { readonly id: string }) =>
      this.#knowsAll || (state.ends.has(id) && this.model.known.has(id));
    assertEquals<unknown>(byId(ends.filter(isKnown)), byId(ended.filter(isKnown)), "what has ended");
    assertEquals(state.orphans(), []);
    for (const entry of state.entries.values()) {
      assert(
        !(hasEnded(entry) && [...entry.called].some((each) => !hasEnded(each))),
        "no caller ends before",
      );
    }
  }

  /** Nothing stands in the changelog but what is open. */
  #checkChangelog(): void {
    const keys = [...this.owner.state.entries.values()].flatMap(({ instance: { id }, hasHead, records }) => [
      ...hasHead ? [id] : [],
      ...[...records.values()].map((record) => recordKey(id, record)),
    ]);
    const changelog = new Topic();
    changelog.records = this.log.running.records;
    changelog.compact(Infinity, true);
    const left = changelog.records.map(({ key }) => String(key)).filter((key) =>
      ![FENCE, OWNER, LEFT].includes(key)
    );
    assertEquals(left.sort(), keys.sort(), "the changelog");
  }

  /** Whoever comes when all is compacted, or the first ends and fences are deleted, knows nothing else. */
  #checkNewcomers(): void {
    const { state } = this.owner;
    const running = new Topic();
    running.records = this.log.running.records;
    running.compact(Infinity, true);
    const fences = this.log.finished.records.filter(({ key }) => String(key) === FENCE);
    const results = this.owner.state.owner?.results ?? 0;
    for (const from of [0, results, ...fences.map(({ offset }) => Number(offset) + 1)]) {
      const newcomer = this.#newState();
      newcomer.takeRunning(running.records);
      newcomer.pendingAt = newcomer.owner?.from ?? 0;
      newcomer.takeFinished(this.log.finished.range(from));
      for (const record of this.log.pending.range(newcomer.pendingAt)) {
        newcomer.takePending(record, this.#clock.nowMs());
      }
      if (from <= results) assertEquals(snapshot(newcomer), snapshot(state), "a newcomer");
      if (!this.#knowsAll) continue;
      for (const [id, end] of newcomer.ends) assertEquals(end, state.ends.get(id), `the end of ${id}`);
    }
  }
}

function byId<T extends { readonly id: string }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => a.id < b.id ? -1 : 1);
}

/** The visible parts of a state. */
function snapshot(state: PartitionState) {
  const callbacks = [...state.callbacks.all(Infinity)].map(({ isTaken: _, ...rest }) => rest);
  const entries = byId([...state.entries.values()].map((entry) => ({
    id: entry.instance.id,
    retriedAtMs: entry.instance.retriedAtMs,
    place: entry.place,
    run: entry.run,
    state: state.stateOf(entry),
    progress: progressOf(entry),
    called: [...entry.called].map(({ instance: { id } }) => id).sort(),
    root: rootOf(entry).instance.id,
    cancel: entry.cancel,
    reason: entry.reason,
    output: entry.output,
    endedAtMs: entry.endedAtMs,
  })));
  return { entries, callbacks };
}

function* callersOf(entry: Entry): Generator<Entry> {
  for (let of: Entry | undefined = entry; of !== undefined; of = of.caller) yield of;
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
