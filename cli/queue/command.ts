import { closeWhenDrained } from "../shell/close_when_drained.ts";
import type { Command, Topic } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { didYouMean, readOptions } from "../shell/options.ts";
import { checkCallbacks, retryOfCallbacks } from "./callback_retries.ts";
import { callbacks, dead, list, show, status } from "./looks.ts";
import {
  type Action,
  checkMost,
  checkTaken,
  filterOf,
  needs,
  needsFilter,
  QUEUE_OPTIONS,
  type QueueValues,
  refusesStates,
  SETTABLE,
} from "./options.ts";
import { checkPause, pause, resume } from "./pauses.ts";
import { checkLimit, limit, policy, setsLimit, settings } from "./settings.ts";
import { cancel, checkRetry, purge, retry } from "./steering.ts";
import { openQueue, queueNotes } from "../assembly.ts";

const FILTER = ["chain", "label", "state", "count"] as const;
const PAUSE = ["chain", "function", "label", "all"] as const;

const ACTIONS: Readonly<Record<string, Action>> = {
  status: {
    help:
      "how many instances are in each state, what is paused or waits for a server, who consumes, how the queue is divided",
    most: 0,
    takes: ["local"],
    run: status,
  },
  list: {
    help: "instances, oldest first",
    takes: [...FILTER, "offset"],
    check: refusesStates,
    run: (queue, args, values, context) => list(queue, filterOf(args, values), values, context),
  },
  dead: {
    help: "instances that failed, and messages that are no instances; and why",
    takes: ["chain", "label", "count", "offset"],
    run: dead,
  },
  callbacks: {
    help:
      "callbacks that wait for delivery or were given up, and why: all, or those of instances; --retry delivers what was " +
      "given up after all",
    takes: ["count", "offset", "waiting", "retry", "all"],
    writes: ({ retry }) => retry,
    check: checkCallbacks,
    run: (queue, args, values, context) =>
      values.retry ? retryOfCallbacks(queue, args, values, context) : callbacks(queue, args, values, context),
  },
  show: {
    help: "one instance: a tree of its nodes, with what they got, answered and called",
    most: 1,
    takes: ["full"],
    check: needs("an instance. See sequoia queue list"),
    run: show,
  },
  cancel: {
    help: "end instances: nothing of them starts any more",
    takes: [...FILTER, "all", "abort"],
    writes: true,
    check: needsFilter,
    run: cancel,
  },
  retry: {
    help: "run failed and cancelled instances again: what is ok is kept, but nothing of what has been undone",
    takes: [...FILTER, "all", "from"],
    writes: true,
    check: checkRetry,
    run: retry,
  },
  purge: {
    help: "forget ended instances",
    takes: [...FILTER, "all"],
    writes: true,
    check: needsFilter,
    run: purge,
  },
  pause: {
    makes: true,
    help: "let nothing start of a chain, a function, a label or all, until it is resumed",
    takes: PAUSE,
    writes: true,
    check: checkPause("pause"),
    run: pause,
  },
  resume: {
    help: "take that pause back, or all",
    takes: PAUSE,
    writes: true,
    check: checkPause("resume"),
    run: resume,
  },
  policy: {
    makes: true,
    help:
      "all consumers go by this policy, also those that come later; a file travels with its content; without one: which are " +
      "in force",
    most: 1,
    takes: [],
    writes: (_, args) => args.length > 0,
    run: policy,
  },
  limit: {
    makes: true,
    help:
      "at most this many in flight (N, or N,fixed, or auto) of all consumers together, also of those that come later; " +
      "and --ceiling and --floor, instead of those of consumers; without any: which are in force",
    most: 1,
    takes: ["ceiling", "floor"],
    writes: (values, args) => setsLimit(args, values),
    check: checkLimit,
    run: limit,
  },
  settings: {
    help: "what is set for all consumers: policy, limits and pauses; --reset takes all of it back",
    most: 0,
    takes: ["reset"],
    writes: ({ reset }) => reset,
    run: settings,
  },
};

function writes({ writes = false }: Action, values: QueueValues, args: readonly string[]): boolean {
  return typeof writes === "boolean" ? writes : writes(values, args);
}

const STATES_TABLE = {
  "States of instances": [
    ["queued", "no consumer has taken it yet, or one has handed it back"],
    ["running", "a consumer has taken it; its calls are in flight or wait for their turn"],
    ["completed, failed, cancelled", "it has ended; those that failed are in queue dead"],
  ],
} as const;

const NODES_TABLE = {
  "Nodes in queue show": [
    ["waiting", "something that it comes after has not settled"],
    ["open", "it waits for what is said behind it, or is in flight"],
    ["started", "the same, of a function that must not run twice, or of the one that undoes"],
    ["delayed", "it waits for another attempt, long enough to say why"],
    ["ok, failed, skipped", "how it settled"],
    ["not done", "its instance ended before it"],
    ["generation N", "it has been begun again N times, each time under another idempotency key"],
  ],
} as const;

const EXAMPLES = [
  ["sequoia queue status", "how many instances wait, run and have ended"],
  ["sequoia queue list --state running --chain fan7", "those of a chain that run now"],
  ["sequoia queue dead", "the chains that failed, and why"],
  ["sequoia queue show order-17", "each node of one: state, attempts, inputs, output"],
  ["sequoia queue retry --all", "run all that failed again, from where they failed"],
  ["sequoia queue retry order-17 --from convert", "run this node and all after it again"],
  ["sequoia queue callbacks --retry --all", "deliver the callbacks that were given up after all"],
  ["sequoia queue cancel --chain fan7 --abort", "end what is queued or running of a chain, calls too"],
  ["sequoia queue pause --function convert", "start no calls of a function, until it is resumed"],
  ["sequoia queue resume --all", "take all pauses back"],
  ["sequoia queue status --queue kafka://127.0.0.1:9092", "on Kafka: also lag and owner of each partition"],
  ["sequoia queue policy fair-share", "all consumers go by this policy from now on"],
  ["sequoia queue policy ./mine.ts", "send a policy to consumers that run with --allow-policy-files"],
  ["sequoia queue limit", "which limit is in force, at each consumer"],
  ["sequoia queue limit 50 --ceiling tenant=acme:20", "at most 50 in flight, 20 of one tenant"],
  ["sequoia queue purge --state completed", "forget those that have completed"],
  ["sequoia queue settings --reset", "consumers go by what they were started with again"],
] as const;

const USAGE =
  "status | list | show ID | dead | callbacks [ID…] | cancel ID… | retry ID… | purge ID… | pause | resume | " +
  "policy [NAME] | limit [N|N,fixed|auto] | settings";

/** The help of one action: its own options, and what they have to do with. */
function helpOf(name: string): Topic {
  const { help, takes } = ACTIONS[name]!;
  const own = new Set<string>([...takes, ...Object.keys(SETTABLE)]);
  return {
    summary: help,
    usage: `${
      USAGE.split(" | ").find((form) => form.split(" ")[0] === name)!.slice(name.length + 1)
    } [options]`.trim(),
    options: Object.fromEntries(Object.entries(QUEUE_OPTIONS).filter(([option]) => own.has(option))),
    tables: {
      ...(name === "status" || name === "list") && STATES_TABLE,
      ...name === "show" && NODES_TABLE,
    },
    examples: EXAMPLES.filter(([line]) => line.split(" ")[2] === name),
  };
}

/** `sequoia queue` */
export const command: Command = {
  usage: USAGE,
  words: Object.keys(ACTIONS),
  helpOf,
  tables: {
    "Actions": Object.entries(ACTIONS).map(([name, { help }]) => [name, help] as const),
    ...STATES_TABLE,
    ...NODES_TABLE,
  },
  examples: EXAMPLES,
  options: QUEUE_OPTIONS,
  settings: SETTABLE,
  async run(args, context) {
    const { values, rest: [name = "status", ...rest] } = readOptions(QUEUE_OPTIONS, args);
    const log = openLog(values);
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    const names = Object.keys(ACTIONS);
    if (action === undefined) {
      throw new UsageError(
        `queue: unknown action "${name}"${didYouMean(name, names)} Choose from ${names.join(", ")}`,
      );
    }
    checkTaken(name, ACTIONS, values);
    checkMost(name, action, rest);
    action.check?.(rest, values, name);
    const isWritten = writes(action, values, rest);
    await using queue = await openQueue(values, {
      readOnly: !isWritten,
      ...action.makes && isWritten ? { onMade: (words: string) => log.warn(words) } : { mustExist: true },
      signal: context.drain,
      onNote: queueNotes(log),
    });
    using _closing = closeWhenDrained(queue, context.drain);
    await action.run(queue, rest, values, context);
  },
};
