import { formatDuration, parseCount, type Pause, pauseName } from "../lib/model/mod.ts";
import type { Filter, InstanceState, InstanceView, QueueDriver } from "../lib/queue/mod.ts";
import { type Command, COMMON, type Context, QUEUE_OPTION } from "./command.ts";
import { FailedError, UsageError } from "./errors.ts";
import { type Family, familyOf, instanceTree } from "./instance_tree.ts";
import { instanceJson, instanceLine } from "./instance_words.ts";
import { openLog } from "./log.ts";
import {
  choice,
  didYouMean,
  flag,
  limit as readLimit,
  many,
  one,
  pair,
  readOptions,
  text,
  type Values,
} from "./options.ts";
import { clock, makePolicy, openQueue } from "./wire.ts";

const STATES = ["queued", "running", "completed", "failed", "cancelled"] as const;

const options = {
  chain: one("NAME", "only instances of this chain", text),
  label: many("K=V", "only instances with this label (repeatable)", pair),
  state: many("STATE", `only instances in this state: ${STATES.join(", ")} (repeatable)`, choice(...STATES)),
  count: one("N", "at most so many (list: default 50)", parseCount),
  all: flag("cancel, retry, purge: everything that the action can reach; pause, resume: everything"),
  function: one("NAME", "pause, resume: calls of this function", text),
  abort: flag("cancel: end the calls in flight, too, instead of waiting for them"),
  from: one("NODE", "retry: run this node and all that come after it again", text),
  full: flag("show: inputs and outputs whole"),
  ...QUEUE_OPTION,
  ...COMMON,
} as const;

type QueueValues = Values<typeof options>;

interface Action {
  readonly writes: boolean;
  /** Looks at the arguments before the queue is opened. @throws {UsageError} */
  check?(args: readonly string[], values: QueueValues): void;
  run(queue: QueueDriver, args: readonly string[], values: QueueValues, context: Context): Promise<void>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  status: { writes: false, run: status },
  list: {
    writes: false,
    run: (queue, args, values, context) => list(queue, filterOf(args, values), values, context),
  },
  dead: {
    writes: false,
    run: (queue, args, values, context) =>
      list(queue, { ...filterOf(args, values), states: ["failed"] }, values, context),
  },
  show: { writes: false, check: needs("an instance. See sequoia queue list"), run: show },
  cancel: { writes: true, check: needsFilter, run: cancel },
  pause: { writes: true, check: needsPause, run: pause },
  resume: { writes: true, check: needsPause, run: resume },
  retry: { writes: true, check: checkRetry, run: retry },
  purge: { writes: true, check: needsFilter, run: purge },
  policy: { writes: true, check: needs("a policy, for example fair-share"), run: policy },
  limit: { writes: true, check: checkLimit, run: limit },
};

/** `sequoia queue` */
export const command: Command = {
  summary: "look into the queue, cancel, pause, retry, purge",
  usage:
    "status | list | show ID | dead | cancel ID… | pause | resume | retry ID… | purge ID… | policy NAME | " +
    "limit N|auto",
  examples: [
    ["sequoia queue status", "how many instances wait, run and have ended"],
    ["sequoia queue dead", "the chains that failed, and why"],
    ["sequoia queue retry --all", "run all of these again, from where they failed"],
    ["sequoia queue show 01KD… --full", "one instance: its nodes, what they got and what they answered"],
    ["sequoia queue retry 01KD… --from convert", "a node and all that come after it, again"],
    ["sequoia queue cancel --chain fan7 --abort", "end what is queued or running of a chain, and its calls"],
    ["sequoia queue pause --label tenant=acme", "start nothing more of a tenant; resume takes it back"],
    ["sequoia queue policy fair-share", "running consumers go on under another policy"],
  ],
  options,
  async run(args, context) {
    const { values, rest: [name = "status", ...rest] } = readOptions(options, args);
    openLog(values);
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    const names = Object.keys(ACTIONS);
    if (action === undefined) {
      throw new UsageError(
        `queue: unknown action "${name}"${didYouMean(name, names)}. Choose from ${names.join(", ")}`,
      );
    }
    action.check?.(rest, values);
    await using queue = await openQueue(values.queue, !action.writes);
    await action.run(queue, rest, values, context);
  },
};

async function status(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const [depth, pauses] = [await queue.depth(), await queue.pauses()];
  if (values.json) return print(JSON.stringify({ ...depth, pauses }));
  const { oldestSubmittedAtMs: oldest, ...counts } = depth;
  for (const [state, count] of Object.entries(counts)) {
    print(`${state.padEnd(10)}${String(count).padStart(10)}`);
  }
  if (oldest !== undefined) print(`oldest    ${formatDuration(clock.nowMs() - oldest).padStart(10)}`);
  for (const pause of pauses) print(`paused    ${pauseName(pause)}`);
}

function needs(what: string): (args: readonly string[]) => void {
  return ([first]) => {
    if (first === undefined) throw new UsageError(`queue: name ${what}`);
  };
}

function needsFilter(args: readonly string[], values: QueueValues): void {
  if (values.all || Object.keys(filterOf(args, values)).length > 0) return;
  throw new UsageError("queue: name instances, or --chain, --label or --state, or --all");
}

function checkLimit([limit = ""]: readonly string[]): void {
  try {
    readLimit(limit);
  } catch (cause) {
    throw new UsageError(`queue limit: ${(cause as Error).message}`, { cause });
  }
}

const LISTED = 50;

async function list(
  queue: QueueDriver,
  filter: Filter,
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  for await (const view of queue.list({ ...filter, limit: values.count ?? LISTED })) {
    print(values.json ? JSON.stringify(instanceJson(view)) : instanceLine(view, clock.nowMs()));
  }
}

async function show(
  queue: QueueDriver,
  [id]: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const view = await found(queue, id!, "show");
  const family = await familyOf(queue, view);
  if (values.json) return print(JSON.stringify(familyJson(family), null, 2));
  for (const line of instanceTree(family, { nowMs: clock.nowMs(), full: values.full })) print(line);
}

async function found(queue: QueueDriver, id: string, action: string): Promise<InstanceView> {
  const view = await queue.get(id);
  if (view !== undefined) return view;
  throw new FailedError(`Cannot ${action} ${id}: the queue has no such instance. See sequoia queue list`);
}

function familyJson({ view, called }: Family): object {
  return called.length === 0
    ? instanceJson(view)
    : { ...instanceJson(view), called: called.map((child) => familyJson(child)) };
}

async function cancel(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const command = { kind: "cancel", filter: filterOf(args, values), abort: values.abort } as const;
  print(reachedWords("cancel", await queue.request(command), values));
}

function checkRetry(args: readonly string[], values: QueueValues): void {
  needsFilter(args, values);
  if (values.from !== undefined && args.length === 0) {
    throw new UsageError(
      "queue retry: --from names a node of an instance. Name the instance, too: retry ID --from NODE",
    );
  }
}

async function retry(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const { from } = values;
  if (from !== undefined) { for (const id of args) checkNode(await found(queue, id, "retry"), from); }
  const filter = filterOf(args, values);
  const reached = await queue.request({ kind: "retry", filter, ...from !== undefined && { from } });
  print(reachedWords("retry", reached, values));
}

function checkNode({ instance: { id, chain, parent } }: InstanceView, from: string): void {
  if (parent !== undefined) {
    throw new FailedError(
      `Cannot retry ${id} from ${from}: it was called by ${parent.instance}, and is retried with that. ` +
        `Write queue retry ${parent.instance} --from ${parent.node}`,
    );
  }
  const names = chain.nodes.map(({ name }) => name);
  if (names.includes(from)) return;
  throw new FailedError(
    `Cannot retry ${id} from ${from}: its chain ${chain.name} has no such node. ` +
      `See sequoia queue show ${id}${didYouMean(from, names)}`,
  );
}

async function purge(
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  print(
    reachedWords("purge", await queue.request({ kind: "purge", filter: filterOf(args, values) }), values),
  );
}

function reachedWords(action: string, reached: number, { json }: QueueValues): string {
  return json ? JSON.stringify({ reached }) : `${action}: ${reached} reached`;
}

/** The pauses that the options mean: one for each label, as each is a text of its own. */
function pausesOf({ chain, function: fn, label }: QueueValues): Pause[] {
  const common = { ...chain !== undefined && { chain }, ...fn !== undefined && { function: fn } };
  if (label.length === 0) return [common];
  return label.map(([name, value]) => ({ ...common, label: { name, value } }));
}

function needsPause(args: readonly string[], values: QueueValues): void {
  if (args.length > 0) {
    throw new UsageError(`queue: "${args[0]}" is no pause. Write --chain, --function or --label, or --all`);
  }
  const isSaid = values.chain !== undefined || values.function !== undefined || values.label.length > 0;
  if (isSaid === values.all) {
    throw new UsageError("queue: say what, by --chain, --function or --label, or --all");
  }
}

async function pause(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  for (const pause of pausesOf(values)) await queue.request({ kind: "pause", pause });
  await showPauses(queue, values, context);
}

async function resume(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  if (values.all) await queue.request({ kind: "resume" });
  else {
    const before = (await queue.pauses()).map(pauseName);
    for (const pause of pausesOf(values)) {
      if (!before.includes(pauseName(pause))) {
        const known = before.length === 0 ? "nothing is paused" : `paused are: ${before.join("; ")}`;
        throw new FailedError(`Cannot resume ${pauseName(pause)}: ${known}. See sequoia queue status`);
      }
      await queue.request({ kind: "resume", pause });
    }
  }
  await showPauses(queue, values, context);
}

async function showPauses(queue: QueueDriver, { json }: QueueValues, { print }: Context): Promise<void> {
  const pauses = await queue.pauses();
  if (json) return print(JSON.stringify({ pauses }));
  print(pauses.length === 0 ? "Nothing is paused" : `Paused: ${pauses.map(pauseName).join("; ")}`);
}

async function policy(
  queue: QueueDriver,
  [name]: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  await makePolicy(name);
  const reached = await queue.request({ kind: "policy", policy: name! });
  print(values.json ? JSON.stringify({ reached }) : `Running consumers go on under ${name}`);
}

async function limit(
  queue: QueueDriver,
  [n]: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const max = readLimit(n!);
  const reached = await queue.request({ kind: "limit", limit: max });
  const words = max === "auto" ? "what the platform lets run" : `at most ${max}`;
  print(values.json ? JSON.stringify({ reached }) : `Running consumers go on with ${words} in flight`);
}

function filterOf(ids: readonly string[], { chain, label, state, count }: QueueValues): Filter {
  return {
    ...(ids.length === 0 ? {} : { ids }),
    ...(state.length === 0 ? {} : { states: state as readonly InstanceState[] }),
    ...(chain === undefined ? {} : { chain }),
    ...(label.length === 0 ? {} : { labels: Object.fromEntries(label) }),
    ...(count === undefined ? {} : { limit: count }),
  };
}
