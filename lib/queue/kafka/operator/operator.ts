import type { Clock } from "../../../model/mod.ts";
import type { Bell } from "../../bell.ts";
import { QueueError } from "../../errors.ts";
import { among, CANCELLABLE, ENDED, RETRYABLE, RETRYABLE_FROM } from "../../filter.ts";
import type { Command, Filter } from "../../queue.ts";
import type { RecordWriter } from "../client/appender.ts";
import type { CommandLog, Request } from "./command_log.ts";
import { EndReader } from "../log/end_reader.ts";
import type { Link } from "../client/link.ts";
import { endOffset } from "../log/log.ts";
import { membersOf } from "../owner/membership.ts";
import { isLoss } from "../client/errors.ts";
import type { Ownership } from "../owner/ownership.ts";
import type { OwnedPartition } from "../owner/owned_partition.ts";
import { carryOut } from "./requests.ts";
import type { TopicNames } from "../log/topics.ts";
import type { View } from "./view.ts";

/** The parts that carry operators' requests. */
export interface OperatorOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly names: TopicNames;
  readonly partitions: number;
  readonly group: string;
  readonly log: CommandLog;
  readonly writer: RecordWriter;
  readonly view: View;
  readonly ownership: Ownership;
  readonly bell: Bell;
  readonly newId: () => string;
  /** Sees to it that the log is followed. */
  follow(): void;
  readonly closing: AbortSignal;
}

/** Ids in one request: a message of some hundred kilobytes. */
const IDS_PER_REQUEST = 5000;
/** Longest wait for an owner's answer before a look whether there is an owner, in milliseconds. */
const PATIENCE_MS = 300;

/**
 * Asks the owners of partitions for what operators want, and answers as the owner of some. A partition that nobody owns is
 * taken for as long as it takes.
 */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #ends: EndReader;
  /** Requests that are being carried out here, by partition. */
  readonly #serving = new Map<number, Promise<void>>();

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.#ends = new EndReader(options.link, options.names.finished, options.partitions);
  }

  /** @returns the number of instances that were reached */
  async request(command: Extract<Command, { filter: Filter }>): Promise<number> {
    const { view, ownership, follow } = this.#options;
    follow();
    await view.refresh();
    using _ = await ownership.whole();
    return await this.#askAll(await view.find(among(statesOf(command), command.filter)), orderOf(command));
  }

  /** Has callbacks be delivered after all that were given up. @returns their number */
  async retryCallbacks(ids: readonly string[]): Promise<number> {
    const { view, ownership, follow } = this.#options;
    follow();
    await view.refresh();
    using _ = await ownership.whole();
    return await this.#askAll(view.callbacks.find({ ids, states: ["given-up"] }), {
      kind: "retry",
      callbacks: true,
    });
  }

  async #askAll(
    found: readonly { readonly id: string; readonly partition: number }[],
    order: Omit<Request, "id" | "ids">,
  ): Promise<number> {
    let reached = 0;
    for (let at = 0; at < found.length; at += IDS_PER_REQUEST) {
      const byPartition = Object.groupBy(
        found.slice(at, at + IDS_PER_REQUEST),
        ({ partition }) => String(partition),
      );
      const ids = Object.fromEntries(
        Object.entries(byPartition).map(([partition, list]) => [partition, list!.map(({ id }) => id)]),
      );
      reached += await this.#ask({ id: this.#options.newId(), ids, ...order });
    }
    return reached;
  }

  async #ask(request: Request): Promise<number> {
    const { link, log, writer, clock, bell, closing } = this.#options;
    await log.ask(writer, request, clock.wallMs());
    await log.refresh();
    const asked = Object.keys(request.ids).map(Number);
    const answers = log.open(request.id)!.answers;
    while (answers.size < asked.length && !closing.aborted) {
      if (log.open(request.id) === undefined) throw unansweredError(link.where);
      const patience = new AbortController();
      using stack = new DisposableStack();
      stack.defer(clock.after(PATIENCE_MS, () => patience.abort()));
      const { rings } = bell;
      const open = asked.filter((partition) => !answers.has(partition));
      await Promise.all((await this.#ownerless(open)).map((partition) => this.#serveAsGuest(partition)));
      if (answers.size < asked.length) await bell.after(rings, AbortSignal.any([closing, patience.signal]));
    }
    await log.close(writer, request, clock.wallMs());
    return [...answers.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Which of some partitions no member of the group has. */
  async #ownerless(partitions: readonly number[]): Promise<readonly number[]> {
    const { link, group, ownership } = this.#options;
    const others = partitions.filter((partition) => ownership.get(partition) === undefined);
    if (others.length === 0) return [];
    return await membersOf(link, group) === 0 ? others : []; // whoever is in it has all of them, or will
  }

  async #serveAsGuest(partition: number): Promise<void> {
    const { ownership, newId, closing } = this.#options;
    let owned: OwnedPartition | undefined;
    try {
      const member = `operator ${newId()}`;
      owned = await ownership.take({ partition, member, others: new Set(), isGuest: true }, closing);
      if (owned === undefined) return;
      await this.#serveAll(owned);
      await owned.release();
    } catch (error) {
      owned?.drop(error);
      if (!isLoss(error)) throw error; // a consumer has come, and answers
    }
  }

  /** Carries out what the partitions that are owned here are asked for. */
  serve(): void {
    const { log, clock } = this.#options;
    for (const owned of this.#options.ownership.all()) {
      if (this.#serving.has(owned.partition)) continue;
      if (log.unanswered(owned.partition, clock.wallMs()).next().done) continue;
      const work = this.#serveAll(owned)
        .catch((error) => this.#options.ownership.refused(owned, error))
        .finally(() => this.#serving.delete(owned.partition));
      this.#serving.set(owned.partition, work);
    }
  }

  async #serveAll(owned: OwnedPartition): Promise<void> {
    const { log, writer, link, names, clock, closing, bell } = this.#options;
    const next = () => log.unanswered(owned.partition, clock.wallMs()).next().value;
    for (let asked = next(); asked !== undefined; asked = next()) {
      await owned.readTo(await endOffset(link, names.pending, owned.partition), closing);
      await owned.readDelayedTo(await endOffset(link, names.delayed, owned.partition), closing);
      using _ = await owned.whole();
      const reached = await carryOut(owned, asked, this.#ends, closing);
      await log.answer(writer, asked.request.id, owned.partition, reached, clock.wallMs());
      bell.ring();
    }
  }
}

function unansweredError(where: string): QueueError {
  return new QueueError(
    "failed",
    `Cannot carry out the request to ${where}: the owners of some partitions have not answered for a day. ` +
      "See sequoia queue status, and ask again",
  );
}

function statesOf(command: Extract<Command, { filter: Filter }>) {
  switch (command.kind) {
    case "cancel":
      return CANCELLABLE;
    case "purge":
      return ENDED;
    case "retry":
      return command.from === undefined ? [...RETRYABLE] : RETRYABLE_FROM;
  }
}

function orderOf({ filter: _, ...order }: Extract<Command, { filter: Filter }>): Omit<Request, "id" | "ids"> {
  return order;
}
