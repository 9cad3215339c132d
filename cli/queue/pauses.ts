/** Pausing and resuming by `sequoia queue`. */
import { type Pause, pauseName } from "../../lib/model/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import type { Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { didYouMean } from "../shell/options.ts";
import type { QueueValues } from "./options.ts";

/** Checks the pauses that are to be set or lifted. @throws {UsageError} */
export function checkPause(action: string): (args: readonly string[], values: QueueValues) => void {
  return ([first], { chain, function: fn, label, all }) => {
    const fail = (what: string) => {
      throw new UsageError(`queue ${action}: ${what}`);
    };
    const isGiven = chain !== undefined || fn !== undefined || label.length > 0;
    if (first !== undefined) {
      fail(`it takes no "${first}". Write --chain NAME, --function NAME or --label K=V, or --all`);
    }
    if (!all && !isGiven) {
      fail("say what: --chain NAME, --function NAME or --label K=V, or --all for everything");
    }
    if (all && isGiven) fail("--all is everything. Leave it out, or the others");
  };
}

/** The pauses that are meant: one for each label, as a pause means what carries all that it names. */
function pausesOf({ chain, function: fn, label }: QueueValues): Pause[] {
  const common = { ...chain !== undefined && { chain }, ...fn !== undefined && { function: fn } };
  if (label.length === 0) return [common];
  return label.map(([name, value]) => ({ ...common, label: { name, value } }));
}

/** The most instances under way whose functions are looked at for the name of one. */
const MOST_SEEN = 1000;

/** Words for a function or a chain to pause that no instance under way has: it may be misspelt, or come later. */
async function unknownWords(
  queue: QueueDriver,
  { chain, function: fn }: QueueValues,
): Promise<string | undefined> {
  if (chain === undefined && fn === undefined) return undefined;
  const chains = new Set<string>(), functions = new Set<string>();
  for await (const { instance } of queue.list({ states: ["queued", "running"], limit: MOST_SEEN })) {
    chains.add(instance.chain.name);
    for (const node of instance.chain.nodes) functions.add(node.fn.name);
  }
  const [kind, name, known] = chain !== undefined && !chains.has(chain)
    ? ["chain", chain, chains] as const
    : fn !== undefined && !functions.has(fn)
    ? ["function", fn, functions] as const
    : [];
  if (kind === undefined) return undefined;
  return `No instance that is queued or running has the ${kind} "${name}"${didYouMean(name, [...known])} ` +
    "The pause holds for those that come";
}

/** Keeps nodes from starting until that is taken back. */
export async function pause(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const unknown = await unknownWords(queue, values);
  if (unknown !== undefined) openLog(values).warn(unknown);
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
  const { pauses: inForce } = await queue.settings();
  const resumed = values.all ? inForce : pausesOf(values);
  const names = inForce.map(pauseName);
  const unknown = resumed.map(pauseName).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new FailedError(
      `Cannot resume ${unknown}: it is not paused${didYouMean(unknown, names)} See sequoia queue status`,
    );
  }
  if (values.all) await queue.request({ kind: "resume" });
  else for (const pause of resumed) await queue.request({ kind: "resume", pause });
  if (!values.json && resumed.length > 0) context.print(`Resumed: ${namesOf(resumed)}`);
  await showPauses(queue, values, context, { resumed });
}

/** @param done what was done, for `--json` */
async function showPauses(
  queue: QueueDriver,
  { json }: QueueValues,
  { print }: Context,
  done: { readonly resumed?: readonly Pause[] } = {},
): Promise<void> {
  const { pauses } = await queue.settings();
  if (json) return print(JSON.stringify({ pauses, ...done }));
  print(pauses.length === 0 ? "Nothing is paused" : `Paused: ${namesOf(pauses)}`);
}

function namesOf(pauses: readonly Pause[]): string {
  return pauses.map(pauseName).join("; ");
}
