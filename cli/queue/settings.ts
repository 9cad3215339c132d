/** Settings by `sequoia queue`: what all consumers go by. */
import { oneLine } from "../../lib/draw/mod.ts";
import { byValueText, pauseName, stripUndefined } from "../../lib/model/mod.ts";
import type { ConsumerView, QueueDriver, Settings } from "../../lib/queue/mod.ts";
import {
  changeSettings,
  type LimitSettings,
  placeOf,
  setLimits,
  setPolicy,
  type Taken,
} from "../../lib/steer/mod.ts";
import type { Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { fixableLimit } from "../shell/options.ts";
import type { QueueValues } from "./options.ts";
import { byKind } from "../options/value_limit_options.ts";
import { textTable } from "../shell/text_table.ts";
import { printWidth } from "../shell/terminal.ts";
import { limitedTable, limitWords } from "../words/consumer_words.ts";
import { clock, settingOf } from "../assembly.ts";

const NOTHING_SET = "Nothing is set: each consumer goes by what it was started with";

/** Sets the policy of all consumers, or shows it. @throws {FailedError} if one of those that live does not go by it */
export async function policy(
  queue: QueueDriver,
  [name]: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  if (name === undefined) return await showInForce(queue, POLICIES, values, context);
  const outcome = await setPolicy(queue, await settingOf(name), clock);
  if (outcome.kind === "refused") {
    throw new FailedError(
      `Cannot set the policy ${name}: policy files are refused by ${placesOf(outcome.by)}. ` +
        "Start these consumers with --allow-policy-files, or set a built-in policy",
    );
  }
  if (outcome.kind === "failed") {
    const { reason, by } = outcome.failed;
    throw new FailedError(
      `Cannot go on under the policy ${name}: ${by} says: ${reason}. The policy before it is in force again`,
    );
  }
  tell(`the policy ${name}`, outcome, values, context);
}

/** Whether the arguments name a limit. */
export function setsLimit([limit]: readonly string[], { ceiling, floor }: QueueValues): boolean {
  return limit !== undefined || ceiling.length > 0 || floor.length > 0;
}

/** Looks at a limit. @throws {UsageError} */
export function checkLimit([limit]: readonly string[]): void {
  if (limit === undefined) return;
  try {
    fixableLimit(limit);
  } catch (cause) {
    throw new UsageError(`queue limit: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Sets limits of all consumers, or shows them.
 *
 * @throws {FailedError} if floors cannot be met under all that is set, or a consumer that lives does not go by the limits
 */
export async function limit(
  queue: QueueDriver,
  [n]: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  if (!setsLimit(n === undefined ? [] : [n], values)) {
    return await showInForce(queue, LIMITS, values, context);
  }
  const { global, ...fixed } = n === undefined ? {} : fixableLimit(n);
  const change = {
    ...global !== undefined && { limit: global, ...fixed },
    ...values.ceiling.length > 0 && { ceilings: byKind(values.ceiling) },
    ...values.floor.length > 0 && { floors: byKind(values.floor) },
  };
  const parts = limitLines(change).map(([name, words]) => `the ${name} ${words}`), last = parts.pop()!;
  const what = parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
  const outcome = await setLimits(queue, change, clock);
  if (outcome.kind === "set") return tell(what, outcome, values, context);
  const { kind, reason, by } = outcome;
  if (by === undefined) throw new FailedError(reason);
  const left = kind === "impossible" ? "Nothing was set" : "Those before are in force again";
  throw new FailedError(`Cannot go by ${what} at ${placeOf(by)}: ${reason}. ${left}`);
}

/** Settings that consumers have something in force of, whatever is set. */
interface Shown {
  /** For a sentence: "limit". */
  readonly what: string;
  /** Those that are set. */
  readonly of: (settings: Settings) => Partial<Settings>;
  /** The columns of a consumer behind its name. */
  readonly head: readonly string[];
  readonly cells: (consumer: ConsumerView) => readonly string[];
  readonly json: (consumer: ConsumerView) => object;
}

const POLICIES: Shown = {
  what: "policy",
  of: ({ policy, failedPolicy }) => stripUndefined({ policy, failedPolicy }),
  head: ["policy"],
  cells: ({ policy }) => [oneLine(policy)],
  json: ({ policy }) => ({ policy }),
};

const LIMITS_HEAD = "limits";

const LIMITS: Shown = {
  what: "limit",
  of: ({ limit, limitFixed, ceilings, floors }) => stripUndefined({ limit, limitFixed, ceilings, floors }),
  head: ["at most now", LIMITS_HEAD],
  cells: ({ limits, limit }) => [limit === undefined ? "any number" : String(limit), limitWords(limits)],
  json: ({ limits, limit }) => stripUndefined({ limits, limit }),
};

/** Shows what is set, and what each consumer that lives goes by. */
async function showInForce(
  queue: QueueDriver,
  { what, of, head, cells, json }: Shown,
  values: QueueValues,
  { print }: Context,
): Promise<void> {
  const [settings, consumers] = await Promise.all([queue.settings(), queue.consumers()]);
  const set = of(settings);
  if (values.json) {
    return print(JSON.stringify({
      ...settingsJson(set),
      consumers: consumers.map((each) => ({ host: each.host, pid: each.pid, ...json(each) })),
    }));
  }
  const lines = settingLines({ pauses: [], ...set });
  if (lines.length === 0) print(`No ${what} is set: each consumer goes by what it was started with`);
  for (const line of lines) print(line);
  if (consumers.length === 0) return print("No consumer runs now");
  const rows = consumers.map((each) => [oneLine(placeOf(each)), ...cells(each)]);
  const table = [["consumer", ...head], ...rows];
  const lastIsLimits = head.at(-1) === LIMITS_HEAD;
  const shown = lastIsLimits ? limitedTable(table, [], consumers, printWidth()) : textTable(table, []);
  for (const line of ["", ...shown]) print(line);
}

/** Shows the settings, or takes all of them back. */
export async function settings(
  queue: QueueDriver,
  _: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  if (values.reset) {
    const { by, unanswered } = await changeSettings(queue, { kind: "reset" }, clock);
    return context.print(values.json ? takenJson(by, unanswered) : NOTHING_SET);
  }
  const [set, consumers] = await Promise.all([queue.settings(), queue.consumers()]);
  const errors = consumers.filter(({ settings }) => settings?.error !== undefined);
  if (values.json) {
    const refusals = errors.map(({ host, pid, settings }) => ({ host, pid, error: settings?.error }));
    return context.print(JSON.stringify({ ...set, refusals }));
  }
  const lines = settingLines(set);
  if (lines.length === 0) context.print(NOTHING_SET);
  for (const line of lines) context.print(line);
  for (const each of errors) context.print(`refused   at ${placesOf([each])}: ${each.settings!.error}`);
}

/** The settings of a queue, a line each. */
export function settingLines(settings: Omit<Settings, "revision">): string[] {
  const { policy, failedPolicy, limitFixed, pauses } = settings;
  return [
    ...policy === undefined ? [] : [`policy    ${policy.name}`],
    ...failedPolicy === undefined
      ? []
      : [`failed    ${failedPolicy.name}, at ${failedPolicy.by}: ${failedPolicy.reason}`],
    ...limitLines({ ...settings, ...limitFixed && { fixed: true } })
      .map(([name, words]) => `${name.padEnd(9)} ${words}`),
    ...pauses.map((pause) => `paused    ${pauseName(pause)}`),
  ];
}

/** Limits that are set, by their names. */
function limitLines(
  { limit, fixed, ceilings, floors }: LimitSettings,
): (readonly [name: string, words: string])[] {
  return [
    ...limit === undefined ? [] : [["limit", fixed ? `${limit},fixed` : String(limit)] as const],
    ...ceilings === undefined ? [] : [["ceilings", byValueText(ceilings)] as const],
    ...floors === undefined ? [] : [["floors", byValueText(floors)] as const],
  ];
}

/** The settings of a queue for programs, without the contents of files. */
export function settingsJson({ policy, ...others }: Partial<Settings>): object {
  return { ...others, ...policy !== undefined && { policy: { id: policy.id, name: policy.name } } };
}

/** Tells which consumers go by the new settings. */
function tell(what: string, taken: Taken, { json }: QueueValues, { print }: Context): void {
  const { by, refusedBy: [refusing], unanswered } = taken;
  if (refusing !== undefined) {
    const where = placesOf([refusing]), { error } = refusing.settings!;
    throw new FailedError(
      `Cannot go by ${what} at ${where}: ${error}. It stays set for consumers that can: set something else, or take all ` +
        "settings back with sequoia queue settings --reset",
    );
  }
  if (json) return print(takenJson(by, unanswered));
  const many = by.length === 1 ? "1 consumer goes" : `${by.length} consumers go`;
  const running = by.length + unanswered.length === 0 ? "No consumer runs now" : `${many} by ${what}`;
  print(
    `${running}; those that come later go by ${by.length === 0 ? what : "it"}, until queue settings --reset`,
  );
  if (unanswered.length > 0) print(`No answer yet from ${placesOf(unanswered)}: see sequoia queue status`);
}

function takenJson(by: readonly ConsumerView[], unanswered: readonly ConsumerView[]): string {
  return JSON.stringify({ consumers: by.length, unanswered: unanswered.map(placeOf) });
}

function placesOf(consumers: readonly ConsumerView[]): string {
  return consumers.map(placeOf).join(", ");
}
