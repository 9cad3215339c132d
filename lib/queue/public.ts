/**
 * The public module "sequoia/queue": opens a queue of chain instances by its address, to submit to it, to consume it, or to look
 * at what it holds. `sequoia/produce` and `sequoia/consume` take what it opens.
 *
 * @example Puts an instance into a queue within the process, and looks at it.
 * ```ts
 * import { chain, fn } from "sequoia";
 * import { submit } from "sequoia/produce";
 * import { openQueue } from "sequoia/queue";
 *
 * await using queue = await openQueue("memory:"); // or sqlite:queue.db, kafka://broker:9092
 * const thumbnail = chain("thumbnail", ({ call }) => void call(fn("resize", { url: "https://example.com/resize" })));
 * await submit(queue, thumbnail, { id: "order-17", args: { image: "cat.png" } });
 * const view = await queue.get("order-17"), { queued } = await queue.depth();
 * if (view?.state !== "queued" || queued !== 1) throw new Error("It is not queued");
 * ```
 *
 * @module
 */
export {
  type CallbackCounts,
  type CallbackFilter,
  type CallbackOutbox,
  type CallbackRoom,
  type CallbackState,
  type CallbackView,
  type SettledCallback,
  type TakenCallback,
  type ToldEnd,
} from "./callbacks.ts";
export type {
  AskedView,
  ConsumerRecord,
  ConsumerView,
  HeldRetriesView,
  KeptFunction,
  KeptPart,
  Quota,
} from "./consumers.ts";
export {
  deployable,
  type DeployedChain,
  type DeployedChains,
  type Deployment,
  entryOfDeployed,
  type SubmissionDefaults,
} from "./deployed.ts";
export type { QueueOptions } from "./kind.ts";
export { QueueError, type QueueErrorCode } from "./errors.ts";
export { openQueue } from "./open_by_clock.ts";
export type { InstanceLine, InstancePage, PageOptions, Pages } from "./page.ts";
export {
  type BadMessage,
  type ChainKind,
  type Child,
  type ChildEnd,
  type Claim,
  type Command,
  type Filter,
  type Held,
  type InstanceState,
  type InstanceView,
  type Kind,
  type LabelKind,
  type ObstacleKind,
  type Order,
  type PartitionView,
  type Progress,
  type PullBounds,
  type Pushed,
  type Queue,
  type QueueAdmin,
  type QueueDepth,
  type QueueDriver,
  type Released,
  type Result,
} from "./queue.ts";
export type { RateLedgers } from "./rate_ledgers.ts";
export type { PolicySetting, Settings } from "./settings.ts";
