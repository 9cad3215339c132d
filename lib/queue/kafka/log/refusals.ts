import type { Instance } from "../../../model/mod.ts";
import { QueueError } from "../../errors.ts";

/**
 * The original's messages have no callback: it would never be delivered.
 *
 * @throws {QueueError} `unsupported`
 */
export function refuseCallbacks(instances: readonly Instance[]): void {
  const asking = instances.find(({ callback }) => callback !== undefined);
  if (asking === undefined) return;
  throw new QueueError(
    "unsupported",
    `Cannot submit "${asking.id}" with a callback in the original's messages: they have none. Leave it out, or leave out ` +
      "--wire original",
    { ids: [asking.id] },
  );
}
