import { parseCount } from "../../lib/model/mod.ts";
import type { Filter, InstanceState, QueueDriver } from "../../lib/queue/mod.ts";
import { COMMON, type Context } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { choice, flag, isGiven, many, one, pair, text, type Values } from "../shell/options.ts";
import { QUEUE_OPTION } from "../options/queue_option.ts";
import { BOUND_OPTIONS } from "../options/value_limit_options.ts";

const STATES = ["delayed", "queued", "running", "completed", "failed", "cancelled"] as const;

/** The options of `sequoia queue` beside those that every action has. */
const OWN = {
  chain: one("NAME", "only instances of this chain; pause, resume: its nodes", text),
  function: one("NAME", "pause, resume: nodes that call this function", text),
  label: many("K=V", "only instances with this label (repeatable)", pair),
  state: many("STATE", `only instances in this state: ${STATES.join(", ")} (repeatable)`, choice(...STATES)),
  count: one("N", "at most N of them (list, dead, callbacks: default 50)", parseCount),
  offset: one(
    "N",
    "list, dead, callbacks: pass over the first N (default 0)",
    (text) => text === "0" ? 0 : parseCount(text),
  ),
  all: flag("cancel, retry, purge, pause, resume, callbacks --retry: everything that the action can reach"),
  abort: flag("cancel: also end calls in flight, which are awaited otherwise"),
  from: one("NODE", "retry: run this node and all that come after it again", text),
  waiting: flag("callbacks: only those that wait for delivery"),
  retry: flag("callbacks: deliver those that were given up after all, from now on"),
  local: one(
    "ADDRESS",
    "status: where the local platform is (default $SEQUOIA_LOCAL or 127.0.0.1:7077)",
    text,
  ),
  ...BOUND_OPTIONS,
  reset: flag("settings: take all of them back, pauses too"),
  full: flag("show: inputs, outputs and what maps have called, uncut"),
} as const;

/** Those that do not say what an action reaches: only they may come from a file or the environment. */
export const SETTABLE = { ...QUEUE_OPTION, ...COMMON } as const;

/** The options of `sequoia queue`. */
export const QUEUE_OPTIONS = { ...OWN, ...SETTABLE } as const;

/** The parsed option values. */
export type QueueValues = Values<typeof QUEUE_OPTIONS>;

/** An option that not every action takes. */
export type OwnOption = keyof typeof OWN;

/** Something that `sequoia queue` does. */
export interface Action {
  /** Its effect, in a few words. */
  readonly help: string;
  /** Most arguments that it takes. (Default: any number) */
  readonly most?: number;
  /** Which options it takes. */
  readonly takes: readonly OwnOption[];
  /** Whether the queue is opened for writing, or with which options and arguments. (Default: false) */
  readonly writes?: boolean | ((values: QueueValues, args: readonly string[]) => boolean);
  /** Whether a queue that is not there is made by writing: it may be set up before anything is submitted. (Default: false) */
  readonly makes?: boolean;
  /** Looks at the arguments before the queue is opened. @param name the action's, for the message @throws {UsageError} */
  check?(args: readonly string[], values: QueueValues, name: string): void;
  run(queue: QueueDriver, args: readonly string[], values: QueueValues, context: Context): Promise<void>;
}

/**
 * Refuses options that the action would ignore: an instance must not be cancelled whole because of a `--from`.
 *
 * @throws {UsageError}
 */
export function checkTaken(
  name: string,
  actions: Readonly<Record<string, Action>>,
  values: QueueValues,
): void {
  for (const option of Object.keys(OWN) as OwnOption[]) {
    if (!isGiven(values[option]) || actions[name]!.takes.includes(option)) continue;
    const takers = Object.keys(actions).filter((other) => actions[other]!.takes.includes(option));
    throw new UsageError(`queue ${name}: it takes no --${option}; that is for queue ${takers.join(", ")}`);
  }
}

/** Refuses arguments beyond those that an action takes. @throws {UsageError} */
export function checkMost(name: string, { most = Infinity }: Action, args: readonly string[]): void {
  if (args.length > most) {
    throw new UsageError(`queue ${name}: unexpected argument "${args[most]}". See --help`);
  }
}

/** Refuses a state where ids are expected: nothing would be found, and that would look like an answer. */
export const refusesStates: NonNullable<Action["check"]> = (args, _, name) => {
  const state = STATES.find((state) => args.includes(state));
  if (state !== undefined) throw new UsageError(`queue ${name}: "${state}" is no id. Write --state ${state}`);
};

/** An action's check: it needs an argument. */
export function needs(what: string): NonNullable<Action["check"]> {
  return ([first], _, name) => {
    if (first === undefined) throw new UsageError(`queue ${name}: name ${what}`);
  };
}

/** An action's check: it must be said which instances are meant. */
export function needsFilter(args: readonly string[], values: QueueValues, name: string): void {
  if (values.all || Object.keys(filterOf(args, values)).length > 0) return;
  throw new UsageError(`queue ${name}: name instances, or --chain, --label or --state, or --all`);
}

/** The instances that the arguments mean. */
export function filterOf(ids: readonly string[], { chain, label, state, count }: QueueValues): Filter {
  return {
    ...(ids.length === 0 ? {} : { ids }),
    ...(state.length === 0 ? {} : { states: state as readonly InstanceState[] }),
    ...(chain === undefined ? {} : { chain }),
    ...(label.length === 0 ? {} : { labels: Object.fromEntries(label) }),
    ...(count === undefined ? {} : { limit: count }),
  };
}
