/** Settings by `sequoia queue`: what all consumers go by. */
import { byValueText, pauseName } from "../lib/model/mod.ts";
import type { Command, ConsumerView, QueueDriver, Settings } from "../lib/queue/mod.ts";
import { changeSettings, setPolicy, type Taken } from "../lib/steer/mod.ts";
import type { Context } from "./command.ts";
import { FailedError, UsageError } from "./errors.ts";
import { fixableLimit } from "./options.ts";
import type { QueueValues } from "./queue_options.ts";
import { byKind } from "./value_limit_options.ts";
import { clock, settingOf } from "./wire.ts";

const NOTHING_SET = "Nothing is set: each consumer goes by what it was started with";

/** Sets the policy of all consumers. @throws {FailedError} if one of those that live does not go by it */
export async function policy(
  queue: QueueDriver,
  [name]: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const outcome = await setPolicy(queue, await settingOf(name!), clock);
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

/** Looks at limits. @throws {UsageError} */
export function checkLimit([limit]: readonly string[], { ceiling, floor }: QueueValues): void {
  if (limit === undefined && ceiling.length === 0 && floor.length === 0) {
    throw new UsageError(
      "queue limit: name a limit, for example 100, or 100,fixed, or auto; or --ceiling, or --floor",
    );
  }
  if (limit === undefined) return;
  try {
    fixableLimit(limit);
  } catch (cause) {
    throw new UsageError(`queue limit: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Sets limits of all consumers.
 *
 * @throws {FailedError} if floors cannot be met under all that is set, or a consumer that lives does not go by the limits
 */
export async function limit(
  queue: QueueDriver,
  [n]: readonly string[],
  values: QueueValues,
  context: Context,
): Promise<void> {
  const { global, ...fixed } = n === undefined ? {} : fixableLimit(n);
  const change = {
    ...global !== undefined && { limit: global, ...fixed },
    ...values.ceiling.length > 0 && { ceilings: byKind(values.ceiling) },
    ...values.floor.length > 0 && { floors: byKind(values.floor) },
  };
  await checkTogether({ ...await queue.settings(), ...change });
  const taken = await changeSettings(queue, { kind: "limit", ...change }, clock);
  const what = limitLines(change).map(([name, words]) => `the ${name} ${words}`);
  tell(what.join(" and "), taken, values, context);
}

/** Looks at what is set together, whatever was set first. @throws {FailedError} if floors cannot be met */
async function checkTogether({ limit: global, ceilings, floors }: Partial<Settings>): Promise<void> {
  const { checkFloors } = await import("../lib/scheduler/mod.ts");
  try {
    checkFloors({ ...global !== undefined && { global }, ...ceilings, ...floors && { floors } });
  } catch (cause) {
    throw new FailedError((cause as Error).message, { cause });
  }
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
export function settingLines(settings: Settings): string[] {
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
  { limit, fixed, ceilings, floors }: Omit<Extract<Command, { kind: "limit" }>, "kind">,
): (readonly [name: string, words: string])[] {
  return [
    ...limit === undefined ? [] : [["limit", fixed ? `${limit},fixed` : String(limit)] as const],
    ...ceilings === undefined ? [] : [["ceilings", byValueText(ceilings)] as const],
    ...floors === undefined ? [] : [["floors", byValueText(floors)] as const],
  ];
}

/** The settings of a queue for programs, without the contents of files. */
export function settingsJson({ policy, ...others }: Settings): object {
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

function placeOf({ host, pid }: ConsumerView): string {
  return `${host} ${pid}`;
}

function placesOf(consumers: readonly ConsumerView[]): string {
  return consumers.map(placeOf).join(", ");
}
