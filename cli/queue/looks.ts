/** The actions of `sequoia queue` that only show. */
import { oneLine } from "../../lib/draw/mod.ts";
import { printJson, shownUrl } from "../../lib/model/mod.ts";
import type { CallbackCounts, Filter, QueueDriver } from "../../lib/queue/mod.ts";
import { badMessageJson, badMessageLine } from "./bad_message_words.ts";
import { callbackJson, callbackLine, callbackWords } from "./callback_words.ts";
import type { Context } from "../shell/command.ts";
import { askedLines, consumerLines } from "../words/consumer_words.ts";
import { FailedError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { drawInstance } from "./instance_drawing.ts";
import { listRow, listTable } from "./instance_words.ts";
import { instanceJson, readTree } from "../../lib/steer/mod.ts";
import { partitionLines } from "./partition_words.ts";
import { filterOf, type QueueValues } from "./options.ts";
import { settingLines, settingsJson } from "./settings.ts";
import { unservedIn, unservedLines } from "./unserved.ts";
import { cut } from "../shell/text_table.ts";
import { printWidth } from "../shell/terminal.ts";
import {
  type Hold,
  holdWords,
  lookAt,
  NO_CONSUMER,
  type OpenNode,
  standingOf,
  viewOf,
} from "../../lib/live/mod.ts";
import { dueWords, spanWords } from "../words/time_words.ts";
import { VERSION } from "../shell/version.ts";
import { clock } from "../assembly.ts";

/** Shows the numbers of instances by state, settings, pauses, functions without a server, the consumers and the partitions. */
export async function status(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const look = await lookAt(queue, clock, { atOnce: false });
  const [callbacks, partitions] = await Promise.all([queue.callbackCounts(), queue.partitions()]);
  const { depth, settings } = look, consumers = look.consumers.map(({ consumer }) => consumer);
  const unserved = await unservedIn(queue, values.local), { holds } = viewOf(look);
  if (values.json) {
    return print(JSON.stringify({
      ...depth,
      callbacks,
      pauses: settings.pauses,
      settings: settingsJson(settings),
      unserved,
      consumers,
      holds,
      partitions,
    }));
  }
  const { oldestSubmittedAtMs: oldest, nextDueAtMs: next, ...counts } = depth;
  const nowMs = clock.wallMs();
  for (const [state, count] of Object.entries(counts)) {
    const due = state === "delayed" && next !== undefined ? `  the next is ${dueWords(next - nowMs)}` : "";
    print(`${state.padEnd(10)}${String(count).padStart(10)}${due}`);
  }
  if (oldest !== undefined) print(`oldest    ${spanWords(nowMs - oldest).padStart(10)}`);
  for (const line of callbackCountLines(callbacks)) print(line);
  for (const line of settingLines(settings)) print(line);
  if (consumers.length === 0 && depth.queued + depth.running > 0) {
    print(`waits     for ${NO_CONSUMER}`);
  }
  for (const line of unservedLines(unserved)) print(`waits     ${line}`);
  for (const line of askedLines(consumers)) print(`waits     ${line}`);
  for (const line of holdLines(holds.filter(({ unserved }) => !unserved))) print(`waits     ${line}`);
  for (const line of consumerLines(consumers, VERSION, printWidth())) print(line);
  for (const line of partitionLines(partitions, nowMs)) print(line);
}

/** A line for whatever keeps calls from starting, but for pauses, which have lines of their own. */
function holdLines(holds: readonly Hold[]): string[] {
  const shown = holds.filter(({ ready }) => ready !== undefined);
  const more = shown.length - MOST_HOLDS;
  return [
    ...shown.slice(0, MOST_HOLDS).map((hold) => oneLine(holdWords(hold))),
    ...more > 0 ? [`and ${more} more`] : [],
  ];
}

/** Most lines about what keeps calls from starting. */
const MOST_HOLDS = 8;

/** The callbacks that somebody has to see to, a line for each of their states. */
function callbackCountLines({ waiting, givenUp }: CallbackCounts): string[] {
  return [
    ...waiting === 0 ? [] : [`callbacks ${String(waiting).padStart(10)}  wait for delivery`],
    ...givenUp === 0
      ? []
      : [`callbacks ${String(givenUp).padStart(10)}  given up, see sequoia queue callbacks`],
  ];
}

/** The number of instances and of messages in a list, unless `--count` says how many. */
const LISTED = 50;

/** The instances that a filter means, a line each. */
export async function list(
  queue: QueueDriver,
  filter: Filter,
  values: QueueValues,
  context: Context,
): Promise<void> {
  if (await showInstances(queue, filter, values, context) > 0) return;
  openLog(values).info(`The queue has no ${isWhole(filter) ? "" : "such "}instances${behind(values)}`);
}

/** @returns how many were shown */
async function showInstances(
  queue: QueueDriver,
  filter: Filter,
  values: QueueValues,
  { print, printEscaped }: Context,
): Promise<number> {
  const part = partOf(values), limit = part.offset + part.count + 1, table = listTable(print);
  const { shown, isCut } = await eachOf(
    part,
    queue.list({ ...filter, limit }),
    (view) =>
      values.json
        ? printEscaped(printJson(instanceJson({ view, called: new Map() })))
        : table.add(listRow(view, clock.wallMs())),
  ).finally(() => table.flush());
  if (isCut) openLog(values).info(cutWords(part));
  return shown;
}

/** Whether a filter leaves nothing out, but for the number of instances. */
function isWhole({ limit: _, ...parts }: Filter): boolean {
  return Object.keys(parts).length === 0;
}

function behind({ offset = 0 }: QueueValues): string {
  return offset === 0 ? "" : ` behind the first ${offset}`;
}

/** The part of a list that is shown: `count` of its entries, behind the first `offset`. */
interface Part {
  readonly offset: number;
  readonly count: number;
}

function partOf({ offset = 0, count = LISTED }: QueueValues): Part {
  return { offset, count };
}

/** Shows each entry of a part of a list. @returns how many that were, and whether there are more */
async function eachOf<T>(
  { offset, count }: Part,
  entries: AsyncIterable<T>,
  show: (entry: T) => void,
): Promise<{ readonly shown: number; readonly isCut: boolean }> {
  let seen = 0, shown = 0;
  for await (const entry of entries) {
    if (++seen > offset + count) return { shown, isCut: true };
    if (seen <= offset) continue;
    show(entry);
    shown++;
  }
  return { shown, isCut: false };
}

function cutWords({ offset, count }: Part): string {
  const shown = offset === 0
    ? `These are the oldest ${count}`
    : `These are ${count} after the oldest ${offset}`;
  return `${shown}, and there are more: --offset ${
    offset + count
  }. Or choose with --state, --chain or --label`;
}

/** Shows the instances that failed, and then, if all are meant, the messages that are no instances: at most `--count` of each. */
export async function dead(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const filter = filterOf(args, values), log = openLog(values);
  const failed = await showInstances(queue, { ...filter, states: ["failed"] }, values, context);
  if (!isWhole(filter)) {
    if (failed === 0) log.info(`No such instance has failed${behind(values)}`);
    return;
  }
  const part = partOf(values);
  const { shown, isCut } = await eachOf(part, queue.badMessages(), (message) =>
    context.print(
      values.json
        ? JSON.stringify(badMessageJson(message))
        : badMessageLine(message, clock.wallMs(), printWidth()),
    ));
  if (isCut) log.info(`More messages: --offset ${part.offset + part.count}`);
  if (failed + shown === 0) log.info(`Nothing has failed${behind(values)}`);
}

/** The callbacks that wait or were given up, a line each, oldest first: all, or those with the ids, also of instances. */
export async function callbacks(
  queue: QueueDriver,
  ids: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const part = partOf(values), log = openLog(values);
  const states = values.waiting ? ["waiting" as const] : ["waiting" as const, "given-up" as const];
  const which = { states, ...ids.length > 0 && { ids } };
  const listed = queue.callbacks({ ...which, limit: part.offset + part.count + 1 });
  const { shown, isCut } = await eachOf(
    part,
    listed,
    (view) => print(values.json ? JSON.stringify(callbackJson(view)) : callbackLine(view, clock.wallMs())),
  );
  if (isCut) log.info(`There are more: --offset ${part.offset + part.count}`);
  if (shown === 0) {
    log.info(
      `No ${ids.length > 0 ? "such " : ""}callback waits${values.waiting ? "" : " or was given up"}${
        behind(values)
      }`,
    );
  }
}

/** Most callbacks of one instance that are shown: it has one for each time that it ended. */
const SHOWN_CALLBACKS = 20;

/** One instance with all that is known of its nodes. */
export async function show(
  queue: QueueDriver,
  [id]: readonly string[],
  values: QueueValues,
  { print, printEscaped }: Context,
): Promise<void> {
  const view = await queue.get(id!);
  if (view === undefined) {
    throw new FailedError(`Cannot show ${id}: the queue has no such instance. See sequoia queue list`);
  }
  const tree = await readTree(queue, view);
  const callbacks = await Array.fromAsync(
    queue.callbacks({ ids: [view.instance.id], limit: SHOWN_CALLBACKS }),
  );
  if (values.json) {
    const told = callbacks.length === 0 ? {} : { callbacks: callbacks.map(callbackJson) };
    return printEscaped(printJson({ ...instanceJson(tree), ...told }, 2));
  }
  const width = values.full ? Infinity : printWidth();
  const nowMs = clock.wallMs();
  const live = ["queued", "running"].includes(view.state) ? viewOf(await lookAt(queue, clock)) : undefined;
  const standing = live && ((node: OpenNode) => standingOf(node, live, view.state === "running"));
  for (const line of drawInstance(tree, { nowMs, width, ...standing && { standing } })) print(line);
  for (const each of callbacks) {
    print(
      cut(
        `  callback: ${each.end.outcome}, ${oneLine(shownUrl(each.callback.url))}: ${
          callbackWords(each, nowMs)
        }`,
        width,
      ),
    );
  }
}
