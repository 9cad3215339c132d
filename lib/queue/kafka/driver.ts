import type { Clock, Instance } from "../../model/mod.ts";
import type { Bell } from "../bell.ts";
import type {
  CallbackCounts,
  CallbackFilter,
  CallbackRoom,
  CallbackView,
  SettledCallback,
  TakenCallback,
} from "../callbacks.ts";
import type { ConsumerRecord, ConsumerView } from "../consumers.ts";
import type {
  BadMessage,
  Claim,
  Command,
  Filter,
  InstanceView,
  Order,
  PartitionView,
  Progress,
  PullBounds,
  Pushed,
  QueueDepth,
  QueueDriver,
  Released,
  Result,
} from "../queue.ts";
import { checkDeployable, type DeployedChain, type Deployment } from "../deployed.ts";
import { QueueError } from "../errors.ts";
import type { InstancePage, PageOptions } from "../page.ts";
import type { Settings } from "../settings.ts";
import { definitionOfSubmitted } from "../submission.ts";
import type { RecordWriter } from "./client/appender.ts";
import type { CommandLog } from "./operator/command_log.ts";
import type { ConsumerLog } from "./operator/consumer_log.ts";
import type { Deliveries } from "./owner/deliveries.ts";
import type { DeploymentLog } from "./operator/deployment_log.ts";
import type { DeadLetters } from "./log/dead_letters.ts";
import type { Holds } from "./owner/holds.ts";
import type { Losses } from "../losses.ts";
import type { Link } from "./client/link.ts";
import { ordersFor } from "./operator/listening.ts";
import type { Membership } from "./owner/membership.ts";
import type { Operator } from "./operator/operator.ts";
import type { Ownership } from "./owner/ownership.ts";
import type { Submitter } from "./log/submitter.ts";
import type { Tail } from "./log/tail.ts";
import { wakeWhenDue } from "./owner/due_loop.ts";
import type { Upkeep } from "./owner/upkeep.ts";
import type { View } from "./operator/view.ts";
import { PassedKinds } from "../waiting_lines.ts";
import { PullBudget } from "../weight.ts";

/** The parts of a driver. */
export interface KafkaDriverParts {
  readonly where: string;
  /** The topic of its submissions. */
  readonly pending: string;
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly bell: Bell;
  /** Rings when the next instance may be due sooner. */
  readonly due: Bell;
  readonly links: readonly Link[];
  readonly tail: Tail;
  readonly log: CommandLog;
  /** Writes submissions, commands and dead letters. */
  readonly writer: RecordWriter;
  readonly submitter: Submitter;
  readonly deadLetters: DeadLetters;
  readonly consumers: ConsumerLog;
  readonly deployments: DeploymentLog;
  readonly deliveries: Deliveries;
  readonly ownership: Ownership;
  readonly holds: Holds;
  readonly membership: Membership;
  readonly operator: Operator;
  readonly upkeep: Upkeep;
  readonly view: View;
  /** Orders about this consumer's part of the queue. */
  readonly own: Order[];
  readonly losses: Losses;
  /** Ends being a member. */
  readonly leaving: AbortController;
  /** Ends everything that goes on by itself. */
  readonly closing: AbortController;
}

/** Longest time for pending writes to become durable at closing, in milliseconds: brokers may be away. */
const CLOSING_MS = 10_000;

/** One producer or consumer of a queue on Kafka; a member of its group from its first pull on. */
export class KafkaDriver implements QueueDriver {
  readonly isDivided = true;
  readonly rateLedgers = undefined;
  readonly #parts: KafkaDriverParts;
  #member: Promise<void> | undefined;
  #isFollowing = false;
  #failure: { readonly error: unknown } | undefined;
  #end: Promise<void> | undefined;

  constructor(parts: KafkaDriverParts) {
    this.#parts = parts;
  }

  async push(instances: readonly Instance[]): Promise<Pushed> {
    this.#check("push to", "write");
    const { submitter, holds } = this.#parts;
    for (const instance of instances) definitionOfSubmitted(instance); // throws before any is sent
    const called = instances.filter(({ parent }) => parent !== undefined);
    if (called.length > 0) await holds.call(called);
    if (called.length < instances.length) {
      await submitter.submit(instances.filter(({ parent }) => parent === undefined));
    }
    return { added: instances.length };
  }

  async pull(
    max: number,
    signal: AbortSignal,
    { maxCharacters, passOver = [] }: PullBounds = {},
  ): Promise<Claim[]> {
    this.#check("pull from", "write");
    this.#join();
    const { bell, holds, losses } = this.#parts;
    const passed = new PassedKinds(passOver);
    while (!signal.aborted) {
      const { rings } = bell;
      const claims = holds.take(new PullBudget(max, maxCharacters), passed);
      for (const { instance, children = [] } of claims) {
        for (const { id } of [instance, ...children.map((child) => child.instance)]) losses.regained(id);
      }
      if (claims.length > 0) return claims;
      await bell.after(rings, signal);
      this.#check("pull from", "write");
    }
    return [];
  }

  /** Becomes a member of the group, if it is none. */
  #join(): void {
    if (this.#member !== undefined) return;
    this.follow();
    const { membership, upkeep, ownership, clock, due, leaving: { signal } } = this.#parts;
    const waking = wakeWhenDue({ clock, due, owned: () => ownership.all() }, signal);
    this.#member = Promise.all([membership.run(), upkeep.run(signal), waking]).then(
      () => {},
      (error) => this.fail(error),
    );
  }

  /** Notices commands, and writes of others, by itself from now on. */
  follow(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const { log, tail, operator, bell } = this.#parts;
    log.changed = () => {
      operator.serve();
      bell.ring();
    };
    log.follow(tail);
  }

  /** Ends everything: whoever waits is told why. */
  fail(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#failure ??= { error };
    this.#parts.ownership.fail();
    this.#parts.bell.ring();
  }

  async checkpoint(progress: readonly Progress[]): Promise<void> {
    this.#check("write to", "write");
    await this.#parts.holds.checkpoint(progress);
  }

  async finish(results: readonly Result[]): Promise<void> {
    this.#check("write to", "write");
    await this.#parts.holds.finish(results);
  }

  async release(held: readonly Released[]): Promise<void> {
    this.#check("write to", "write");
    await this.#parts.holds.release(held);
  }

  confirmHolds(): Promise<void> | undefined {
    const { membership, losses } = this.#parts;
    membership.checkSilence();
    return losses.areReported ? undefined : losses.untilReported();
  }

  async beat(record: ConsumerRecord): Promise<void> {
    this.#check("write to", "write");
    await this.#parts.consumers.beat(record);
  }

  async consumers(): Promise<readonly ConsumerView[]> {
    this.#check("read", "read");
    return await this.#parts.consumers.living();
  }

  async identity(): Promise<string | undefined> {
    this.#check("read", "read");
    const { links: [link], pending } = this.#parts, cluster = await link!.clusterId();
    return cluster === undefined ? undefined : `kafka:${cluster}/${pending}`;
  }

  async depth(): Promise<QueueDepth> {
    this.#check("read", "read");
    await this.#look();
    return this.#parts.view.depth();
  }

  /**
   * Looks until no partition has changed hands meanwhile: one that does is in nobody's view for a moment. Waits for those
   * about to be taken, as they need not be read twice.
   */
  async #look(): Promise<void> {
    do {
      if (this.#member !== undefined) await this.#parts.ownership.settled();
      this.#check("read", "read");
      await this.#parts.view.refresh();
      this.#check("read", "read");
    } while (!this.#parts.view.isWhole());
  }

  async get(id: string): Promise<InstanceView | undefined> {
    for await (const view of this.list({ ids: [id] })) return view;
    return undefined;
  }

  async *list(filter: Filter): AsyncGenerator<InstanceView> {
    this.#check("read", "read");
    await this.#look();
    const { view, ownership } = this.#parts;
    using _ = await ownership.whole();
    for await (const found of view.read(await view.find(filter), filter)) {
      this.#check("read", "read");
      yield found;
    }
  }

  async page(filter: Filter, options: PageOptions): Promise<InstancePage> {
    this.#check("read", "read");
    await this.#look();
    using _ = await this.#parts.ownership.whole();
    return await this.#parts.view.page(filter, options);
  }

  async request(command: Command): Promise<number> {
    this.#check("ask", "write");
    const { log, writer, operator, clock } = this.#parts;
    if ("filter" in command) return await operator.request(command);
    await log.refresh();
    await log.set(writer, command, clock.wallMs());
    return 0;
  }

  async settings(): Promise<Settings> {
    this.#check("read", "read");
    await this.#parts.log.refresh();
    return this.#parts.log.settings;
  }

  async partitions(): Promise<readonly PartitionView[]> {
    this.#check("read", "read");
    await this.#look();
    return this.#parts.view.partitions();
  }

  async *badMessages(): AsyncGenerator<BadMessage> {
    this.#check("read", "read");
    yield* this.#parts.deadLetters.read();
  }

  async deploy(chains: readonly DeployedChain[]): Promise<readonly Deployment[]> {
    this.#check("deploy to", "write");
    checkDeployable(chains);
    return await this.#parts.deployments.deploy(chains);
  }

  async deployed(name: string): Promise<DeployedChain | undefined> {
    this.#check("read", "read");
    const { deployments } = this.#parts;
    await deployments.refresh();
    return deployments.get(name);
  }

  async *deployments(): AsyncGenerator<DeployedChain> {
    this.#check("read", "read");
    const { deployments } = this.#parts;
    await deployments.refresh();
    for (const name of deployments.names()) {
      const chain = deployments.get(name);
      if (chain !== undefined) yield chain;
    }
  }

  async undeploy(name: string): Promise<boolean> {
    this.#check("write to", "write");
    return await this.#parts.deployments.remove(name);
  }

  async pullCallbacks(room: CallbackRoom, signal: AbortSignal): Promise<readonly TakenCallback[]> {
    this.#check("pull from", "write");
    this.#join();
    return await this.#parts.deliveries.pull(room, signal, () => this.#check("pull from", "write"));
  }

  async settleCallbacks(settled: readonly SettledCallback[]): Promise<void> {
    this.#check("write to", "write");
    await this.#parts.deliveries.settle(settled);
  }

  async retryCallbacks(ids: readonly string[]): Promise<number> {
    this.#check("ask", "write");
    return await this.#parts.operator.retryCallbacks(ids);
  }

  async *callbacks(filter: CallbackFilter): AsyncGenerator<CallbackView> {
    this.#check("read", "read");
    await this.#look();
    for await (const view of this.#parts.view.callbacks.list(filter)) {
      this.#check("read", "read");
      yield view;
    }
  }

  async callbackCounts(): Promise<CallbackCounts> {
    this.#check("read", "read");
    await this.#look();
    return this.#parts.view.callbacks.counts();
  }

  commands(signal: AbortSignal): AsyncIterable<Order> {
    const { log, bell, own, losses, ownership } = this.#parts;
    if (this.#end === undefined) this.follow();
    return ordersFor({
      log,
      bell,
      own,
      losses,
      signal: this.#end === undefined ? signal : AbortSignal.abort(),
      marks: () => [...ownership.all()].flatMap((owned) => owned.journal.marks()),
      check: () => this.#check("listen to", "read"),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end ??= this.#close();
  }

  async #close(): Promise<void> {
    const { leaving, closing, clock, bell, tail, links } = this.#parts;
    leaving.abort();
    bell.ring();
    const late = new AbortController();
    await Promise.race([this.#handBack(), clock.until(clock.nowMs() + CLOSING_MS, late.signal)]);
    late.abort();
    closing.abort();
    bell.ring();
    await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
    await tail.ended();
    await this.#member;
  }

  async #handBack(): Promise<void> {
    const { ownership, membership, upkeep, writer, consumers } = this.#parts;
    const owned = [...ownership.all()];
    await ownership.close().catch((error) => this.fail(error));
    await consumers.end().catch(() => {}); // it counts as dead soon
    await writer.idle();
    if (this.#failure !== undefined || this.#member === undefined) return;
    await upkeep.commit(owned).catch(() => {}); // it is only told
    await membership.leave();
  }

  #check(action: string, kind: "read" | "write"): void {
    const { where, readOnly } = this.#parts;
    if (this.#end !== undefined) {
      throw new QueueError(
        "closed",
        `Cannot ${action} the queue of ${where}: it has been closed. Open it again first`,
      );
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (kind === "write" && readOnly) {
      throw new QueueError(
        "read-only",
        `Cannot ${action} the queue of ${where}: it was opened only to be read. Open it without readOnly`,
      );
    }
  }
}
