/** Pausing and resuming by `sequoia queue`. */
import { type Pause, pauseName } from "../lib/model/mod.ts";
import type { QueueDriver } from "../lib/queue/mod.ts";
import type { Context } from "./command.ts";
import { FailedError, UsageError } from "./errors.ts";
import { didYouMean } from "./options.ts";
import type { QueueValues } from "./queue_options.ts";

/** Checks the pauses that are to be set or lifted. @throws {UsageError} */
export function checkPause(action: string): (args: readonly string[], values: QueueValues) => void {
  return ([first], { chain, function: fn, label, all }) => {
    const fail = (what: string) => {
      throw new UsageError(`queue ${action}: ${what}`);
    };
    const isSaid = chain !== undefined || fn !== undefined || label.length > 0;
    if (first !== undefined) {
      fail(`it takes no "${first}". Write --chain NAME, --function NAME or --label K=V, or --all`);
    }
    if (!all && !isSaid) {
      fail("say what: --chain NAME, --function NAME or --label K=V, or --all for everything");
    }
    if (all && isSaid) fail("--all is everything. Leave it out, or the others");
  };
}

/** The pauses that are meant: one for each label, as a pause means what carries all that it names. */
function pausesOf({ chain, function: fn, label }: QueueValues): Pause[] {
  const common = { ...chain !== undefined && { chain }, ...fn !== undefined && { function: fn } };
  if (label.length === 0) return [common];
  return label.map(([name, value]) => ({ ...common, label: { name, value } }));
}

/** Keeps nodes from starting until that is taken back. */
export async function pause(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  for (const pause of pausesOf(values)) await queue.request({ kind: "pause", pause });
  await showPauses(queue, values, context);
}

/** Takes pauses back, or all. @throws {FailedError} if one is not in force; none is taken back then */
export async function resume(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  if (values.all) await queue.request({ kind: "resume" });
  else {
    const pauses = pausesOf(values);
    const inForce = (await queue.settings()).pauses.map(pauseName);
    const unknown = pauses.map(pauseName).find((name) => !inForce.includes(name));
    if (unknown !== undefined) {
      throw new FailedError(
        `Cannot resume ${unknown}: it is not paused${didYouMean(unknown, inForce)} See sequoia queue status`,
      );
    }
    for (const pause of pauses) await queue.request({ kind: "resume", pause });
  }
  await showPauses(queue, values, context);
}

async function showPauses(queue: QueueDriver, { json }: QueueValues, { print }: Context): Promise<void> {
  const { pauses } = await queue.settings();
  if (json) return print(JSON.stringify({ pauses }));
  print(pauses.length === 0 ? "Nothing is paused" : `Paused: ${pauses.map(pauseName).join("; ")}`);
}
