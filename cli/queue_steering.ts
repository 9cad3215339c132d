/** The requests of `sequoia queue` to the queue and to running consumers. */
import type { Command, InstanceState, QueueDriver } from "../lib/queue/mod.ts";
import type { Context } from "./command.ts";
import { UsageError } from "./errors.ts";
import { filterOf, needsFilter, type QueueValues } from "./queue_options.ts";
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
  if (!values.json) left.forEach(context.print);
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
  if (!values.json) left.forEach(context.print);
}

/** Why an action does not reach instances that are named: a line each. */
async function unreached(
  queue: QueueDriver,
  ids: readonly string[],
  states: readonly InstanceState[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const id of ids) {
    const view = await queue.get(id);
    if (view === undefined) lines.push(`${id} is not in the queue`);
    else if (!states.includes(view.state)) lines.push(`${id} is ${view.state}`);
  }
  return lines;
}

const DONE = { cancel: "Cancelled", purge: "Purged", retry: "Retried" } as const;

/** An action and the number of instances that it reached, in words: `Cancelled 15 instances`. */
function doneWords(action: keyof typeof DONE, count: number): string {
  return `${DONE[action]} ${count} ${count === 1 ? "instance" : "instances"}`;
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
  { print }: Context,
): Promise<void> {
  const { from } = values;
  const filter = filterOf(args, values);
  const named: Retried[] = [];
  for (const id of args) named.push(await retriedOf(queue, id));
  if (from !== undefined) { for (const each of named) checkFrom(each, from); }
  const reached = await queue.request({ kind: "retry", filter, ...(from === undefined ? {} : { from }) });
  const callers = callersOf(named);
  const left = named.flatMap((each) => notReached(each, from));
  const undone = undoneOf(named.filter((each) => notReached(each, from).length === 0));
  if (values.json) {
    const hasCallers = Object.keys(callers).length > 0;
    return print(
      JSON.stringify({
        reached,
        ...(hasCallers ? { callers } : {}),
        ...(undone.length > 0 ? { undone } : {}),
      }),
    );
  }
  print(doneWords("retry", reached));
  for (const [id, caller] of Object.entries(callers)) {
    print(`${id} was called by ${caller} and runs again only with that`);
  }
  for (const id of undone) print(undoneWords(id, from));
  for (const line of left) print(line);
}
