/** The actions of `sequoia queue` that only show. */
import type { Filter, QueueDriver } from "../lib/queue/mod.ts";
import { badMessageJson, badMessageLine } from "./bad_message_words.ts";
import type { Context } from "./command.ts";
import { askedLines, consumerLines } from "./consumer_words.ts";
import { FailedError } from "./errors.ts";
import { openLog } from "./log.ts";
import { drawInstance } from "./instance_drawing.ts";
import { readTree } from "./instance_tree.ts";
import { instanceJson, listLine } from "./instance_words.ts";
import { partitionLines } from "./partition_words.ts";
import { filterOf, type QueueValues } from "./queue_options.ts";
import { settingLines, settingsJson } from "./queue_settings.ts";
import { unservedIn, unservedLines } from "./queue_unserved.ts";
import { printJson } from "./raw_json.ts";
import { terminalColumns } from "./terminal.ts";
import { spanWords } from "./time_words.ts";
import { VERSION } from "./version.ts";
import { clock } from "./wire.ts";

/** Shows the numbers of instances by state, settings, pauses, functions without a server, the consumers and the partitions. */
export async function status(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const [depth, settings, partitions, consumers] = await Promise.all([
    queue.depth(),
    queue.settings(),
    queue.partitions(),
    queue.consumers(),
  ]);
  const unserved = await unservedIn(queue, values.local);
  if (values.json) {
    return print(JSON.stringify({
      ...depth,
      pauses: settings.pauses,
      settings: settingsJson(settings),
      unserved,
      consumers,
      partitions,
    }));
  }
  const { oldestSubmittedAtMs: oldest, ...counts } = depth;
  for (const [state, count] of Object.entries(counts)) {
    print(`${state.padEnd(10)}${String(count).padStart(10)}`);
  }
  const nowMs = clock.wallMs();
  if (oldest !== undefined) print(`oldest    ${spanWords(nowMs - oldest).padStart(10)}`);
  for (const line of settingLines(settings)) print(line);
  for (const line of unservedLines(unserved)) print(`waits     ${line}`);
  for (const line of askedLines(consumers)) print(`waits     ${line}`);
  for (const line of consumerLines(consumers, VERSION)) print(line);
  for (const line of partitionLines(partitions, nowMs)) print(line);
}

const LISTED = 50;
const MORE =
  `These are the oldest ${LISTED}. List more with --count N, or others with --state, --chain or --label`;

/** The instances that a filter means, a line each. */
export async function list(
  queue: QueueDriver,
  filter: Filter,
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const most = values.count ?? LISTED;
  let listed = 0;
  for await (const view of queue.list({ ...filter, limit: values.count ?? LISTED + 1 })) {
    if (++listed > most) return void openLog(values).info(MORE);
    print(
      values.json ? printJson(instanceJson({ view, called: new Map() })) : listLine(view, clock.wallMs()),
    );
  }
}

/** Shows the instances that failed, and then, if all are meant, the messages that are no instances: at most `--count` of each. */
export async function dead(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const filter = filterOf(args, values);
  await list(queue, { ...filter, states: ["failed"] }, values, context);
  const { limit: _, ...instances } = filter;
  if (Object.keys(instances).length > 0) return;
  let left = values.count ?? LISTED;
  for await (const message of queue.badMessages()) {
    context.print(
      values.json
        ? JSON.stringify(badMessageJson(message))
        : badMessageLine(message, clock.wallMs(), terminalWidth()),
    );
    if (--left === 0) break;
  }
}

/** Columns of lines that go to a file or another program. */
const PIPED_WIDTH = 200;

function terminalWidth(): number {
  return Deno.stdout.isTerminal() ? terminalColumns() : PIPED_WIDTH;
}

/** One instance with all that is known of its nodes. */
export async function show(
  queue: QueueDriver,
  [id]: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const view = await queue.get(id!);
  if (view === undefined) {
    throw new FailedError(`Cannot show ${id}: the queue has no such instance. See sequoia queue list`);
  }
  const tree = await readTree(queue, view);
  if (values.json) return print(printJson(instanceJson(tree), 2));
  const width = values.full ? Infinity : terminalWidth();
  for (const line of drawInstance(tree, { nowMs: clock.wallMs(), width })) print(line);
}
