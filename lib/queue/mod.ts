/**
 * The queue: what producers and consumers see of it, and how one is opened. The drivers are loaded when they are asked for,
 * as most commands need one of them at most.
 */
import { exampleOf, parseQueueAddress, type QueueAddress, queueKind } from "./address.ts";
import type { OpenQueueOptions, QueueText, ReadTextsOptions } from "./kind.ts";
import type { QueueDriver } from "./queue.ts";
import { QueueError } from "./errors.ts";

export * from "./address.ts";
export {
  type CallbackCounts,
  type CallbackFilter,
  type CallbackOutbox,
  type CallbackRoom,
  type CallbackState,
  type CallbackView,
  originOf,
  type SettledCallback,
  type TakenCallback,
  type ToldEnd,
} from "./callbacks.ts";
export * from "./consumers.ts";
export { isSameSubmission } from "./content.ts";
export {
  deployable,
  type DeployedChain,
  type DeployedChains,
  type Deployment,
  entryOfDeployed,
  type SubmissionDefaults,
} from "./deployed.ts";
export { among, CANCELLABLE, CANCELLED_ON_REQUEST, ENDED, matches, reachableStates } from "./filter.ts";
export type { OpenQueueOptions } from "./kind.ts";
export * from "./memory/mod.ts";
export * from "./errors.ts";
export {
  type InstanceLine,
  type InstancePage,
  lineOf,
  type PageOptions,
  type Pages,
  pagesWithin,
  type PageWithin,
} from "./page.ts";
export * from "./queue.ts";
export type { RateLedgers } from "./rate_ledgers.ts";
export * from "./settings.ts";
export { isUndone } from "./retried.ts";
export type { AnySettingCommand } from "./setting_changes.ts";
export { storableText } from "./submission.ts";
export { childrenLength } from "./weight.ts";

/**
 * Opens the queue at an address. Each call is one consumer or producer of its own; `memory:` is a new queue each time.
 *
 * @throws {QueueError} `bad-address`, `cannot-open`, `not-a-queue`, `newer-version`, `read-only`, `busy` or `failed`; of Kafka
 * also `unreachable`, `unauthorized` or `bad-topic`
 */
export async function openQueue(
  address: string | QueueAddress,
  options: OpenQueueOptions,
): Promise<QueueDriver> {
  const at = typeof address === "string" ? parseQueueAddress(address) : address;
  return await queueKind(at.kind)!.open(at, options);
}

/**
 * Reads what some topics hold, from their starts to their present ends, about in the order of time; of other programs too, as
 * the original's logs. Topics that are not there are left out. The prefix, TLS and login of the address apply.
 *
 * @throws {QueueError} `bad-address` if a queue there has no topics; `cannot-open` if no topic is there; `unreachable`,
 * `unauthorized` or `failed`
 */
export async function* readQueueTexts(
  address: string | QueueAddress,
  topics: readonly string[],
  options: ReadTextsOptions,
): AsyncGenerator<QueueText> {
  const at = typeof address === "string" ? parseQueueAddress(address) : address;
  const { readTexts } = queueKind(at.kind)!;
  if (readTexts === undefined) {
    const instead = exampleOf((kind) => kind.readTexts !== undefined);
    throw new QueueError(
      "bad-address",
      `Cannot read topics of a queue of the kind ${at.kind}: it has none. Write ${instead}`,
    );
  }
  yield* readTexts(at, topics, options);
}
