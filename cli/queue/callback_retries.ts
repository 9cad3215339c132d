/** `sequoia queue callbacks --retry` */
import { counted } from "../../lib/model/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { retryCallbacks } from "../../lib/steer/mod.ts";
import type { Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import type { QueueValues } from "./options.ts";

/** Looks at the arguments of an action on callbacks. @throws {UsageError} */
export function checkCallbacks(ids: readonly string[], values: QueueValues): void {
  const { retry, all, waiting, count, offset } = values;
  if (!retry) {
    if (all) {
      throw new UsageError(
        "queue callbacks: --all goes with --retry. Without both, all callbacks are listed",
      );
    }
    return;
  }
  if (waiting || count !== undefined || offset !== undefined) {
    throw new UsageError(
      "queue callbacks: --retry takes no --waiting, --count or --offset, which are for the list",
    );
  }
  if (ids.length === 0 && !all) {
    throw new UsageError(
      "queue callbacks --retry: name callbacks, or instances, or --all. See sequoia queue callbacks",
    );
  }
}

/** Has callbacks be delivered after all that were given up. @throws {FailedError} if some of the ids have none */
export async function retryOfCallbacks(
  queue: QueueDriver,
  ids: readonly string[],
  { json }: QueueValues,
  { print }: Context,
): Promise<void> {
  const { count, unknown } = await retryCallbacks(queue, ids.length > 0 ? { ids } : {}, false);
  print(json ? JSON.stringify({ reached: count }) : `Retried ${counted(count, "callback")}`);
  if (unknown.length === 0) return;
  const named = unknown.slice(0, SHOWN).join(", ") + (unknown.length > SHOWN ? ", …" : "");
  throw new FailedError(`Cannot retry callbacks of ${named}: none was given up. See sequoia queue callbacks`);
}

/** The most ids that a message names. */
const SHOWN = 5;
