/** The requests of `sequoia queue` to the queue and to running consumers. */
import { counted } from "../../lib/model/mod.ts";
import type { Command, InstanceState, QueueDriver } from "../../lib/queue/mod.ts";
import type { Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { filterOf, needsFilter, type QueueValues } from "./options.ts";
import {
  callersOf,
  checkFrom,
  notReached,
  type Retried,
  retriedOf,
  undoneOf,
  undoneWords,
} from "./retry_words.ts";

/** Ends instances. */
export async function cancel(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const { abort } = values;
  const left = await unreached(queue, args, ["queued", "running"]);
  await request(queue, { kind: "cancel", filter: filterOf(args, values), abort }, values, context);
  tellLeft(left, "cancel", values, context);
}

/** Forgets ended instances. */
export async function purge(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const left = await unreached(queue, args, ["completed", "failed", "cancelled"]);
  await request(queue, { kind: "purge", filter: filterOf(args, values) }, values, context);
  tellLeft(left, "purge", values, context);
}

/** The named instances that an action does not reach. */
interface Left {
  /** A line for each of those in the queue. */
  readonly lines: readonly string[];
  /** The ids of those that are not in the queue. */
  readonly unknown: readonly string[];
}

async function unreached(
  queue: QueueDriver,
  ids: readonly string[],
  states: readonly InstanceState[],
): Promise<Left> {
  const lines: string[] = [], unknown: string[] = [];
  for (const id of ids) {
    const view = await queue.get(id);
    if (view === undefined) unknown.push(id);
    else if (!states.includes(view.state)) lines.push(`${id} is ${view.state}`);
  }
  return { lines, unknown };
}

/** Tells why instances were not reached. @throws {FailedError} if some are not in the queue */
function tellLeft(
  { lines, unknown }: Left,
  action: keyof typeof DONE,
  values: QueueValues,
  { print }: Context,
): void {
  if (!values.json) lines.forEach(print);
  if (unknown.length === 0) return;
  const named = unknown.slice(0, SHOWN).join(", ") + (unknown.length > SHOWN ? ", …" : "");
  const what = unknown.length === 1 ? "instance" : "instances";
  throw new FailedError(`Cannot ${action} ${named}: the queue has no such ${what}. See sequoia queue list`);
}

/** The most ids that a message names. */
const SHOWN = 5;

const DONE = { cancel: "Cancelled", purge: "Purged", retry: "Retried" } as const;

/** An action and the number of instances that it reached, in words: `Cancelled 15 instances`. */
function doneWords(action: keyof typeof DONE, count: number): string {
  return `${DONE[action]} ${counted(count, "instance")}`;
}

async function request(
  queue: QueueDriver,
  command: Command & { readonly kind: keyof typeof DONE },
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const reached = await queue.request(command);
  print(values.json ? JSON.stringify({ reached }) : doneWords(command.kind, reached));
}

/** Looks at the arguments of a retry. @throws {UsageError} */
export function checkRetry(args: readonly string[], values: QueueValues, name: string): void {
  needsFilter(args, values, name);
  if (values.from !== undefined && args.length === 0) {
    throw new UsageError(
      `queue retry: name the instances that run again. Write sequoia queue retry ID --from ${values.from}`,
    );
  }
}

/** Runs failed and cancelled instances again, or any ended ones from a node on. */
export async function retry(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const { print } = context;
  const { from } = values;
  const filter = filterOf(args, values);
  const named: Retried[] = [];
  for (const id of args) named.push(await retriedOf(queue, id));
  if (from !== undefined) { for (const each of named) checkFrom(each, from); }
  const reached = await queue.request({ kind: "retry", filter, ...(from === undefined ? {} : { from }) });
  const callers = callersOf(named);
  const known = named.filter(({ view }) => view !== undefined);
  const lines = known.flatMap((each) => notReached(each, from));
  const undone = undoneOf(known.filter((each) => notReached(each, from).length === 0));
  if (values.json) {
    const hasCallers = Object.keys(callers).length > 0;
    print(
      JSON.stringify({
        reached,
        ...(hasCallers ? { callers } : {}),
        ...(undone.length > 0 ? { undone } : {}),
      }),
    );
  } else {
    print(doneWords("retry", reached));
    for (const [id, caller] of Object.entries(callers)) {
      print(`${id} was called by ${caller} and runs again only with that`);
    }
    for (const id of undone) print(undoneWords(id, from));
  }
  const unknown = named.filter(({ view }) => view === undefined).map(({ id }) => id);
  tellLeft({ lines, unknown }, "retry", values, context);
}
