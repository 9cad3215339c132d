import { formatDuration, parseCount } from "../lib/model/mod.ts";
import type { Filter, InstanceState, QueueDriver } from "../lib/queue/mod.ts";
import { type Command, COMMON, type Context, QUEUE_OPTION } from "./command.ts";
import { FailedError, UsageError } from "./errors.ts";
import { instanceJson, instanceLine, instanceLines } from "./instance_words.ts";
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
  all: flag("cancel, retry, purge: everything that the action can reach"),
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
  cancel: { writes: true, check: needsFilter, run: (...args) => request("cancel", ...args) },
  retry: { writes: true, check: needsFilter, run: (...args) => request("retry", ...args) },
  purge: { writes: true, check: needsFilter, run: (...args) => request("purge", ...args) },
  policy: { writes: true, check: needs("a policy, for example fair-share"), run: policy },
  limit: { writes: true, check: checkLimit, run: limit },
};

/** `sequoia queue` */
export const command: Command = {
  summary: "look into the queue, cancel, retry, purge",
  usage: "status | list | show ID | dead | cancel ID… | retry ID… | purge ID… | policy NAME | limit N|auto",
  examples: [
    ["sequoia queue status", "how many instances wait, run and have ended"],
    ["sequoia queue dead", "the chains that failed, and why"],
    ["sequoia queue retry --all", "run all of these again, from where they failed"],
    ["sequoia queue cancel --chain fan7", "end what is queued or running of a chain"],
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
  const depth = await queue.depth();
  if (values.json) return print(JSON.stringify(depth));
  const { oldestSubmittedAtMs: oldest, ...counts } = depth;
  for (const [state, count] of Object.entries(counts)) {
    print(`${state.padEnd(10)}${String(count).padStart(10)}`);
  }
  if (oldest !== undefined) print(`oldest    ${formatDuration(clock.nowMs() - oldest).padStart(10)}`);
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
  const view = await queue.get(id!);
  if (view === undefined) {
    throw new FailedError(`Cannot show ${id}: the queue has no such instance. See sequoia queue list`);
  }
  if (values.json) return print(JSON.stringify(instanceJson(view), null, 2));
  for (const line of instanceLines(view, clock.nowMs())) print(line);
}

async function request(
  kind: "cancel" | "retry" | "purge",
  queue: QueueDriver,
  args: readonly string[],
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const reached = await queue.request({ kind, filter: filterOf(args, values) });
  print(values.json ? JSON.stringify({ reached }) : `${kind}: ${reached} reached`);
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
