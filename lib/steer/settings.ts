import type { ByValue, Clock } from "../model/mod.ts";
import {
  type AnySettingCommand,
  type ConsumerView,
  limitsSet,
  type PolicySetting,
  type QueueDriver,
  type Settings,
} from "../queue/mod.ts";

/** The answers of the live consumers to a change of settings. */
export interface Taken {
  /** The consumers that apply it. */
  readonly by: readonly ConsumerView[];
  /** The consumers that cannot apply it, or not all of it; the record of each gives the reason. */
  readonly refusedBy: readonly ConsumerView[];
  /** The consumers that have not answered in time. */
  readonly unanswered: readonly ConsumerView[];
}

/** The outcome of a request to set a policy. */
export type PolicyOutcome =
  | ({ readonly kind: "set" } & Taken)
  /** Nothing was set, as these consumers do not run policy files. */
  | { readonly kind: "refused"; readonly by: readonly ConsumerView[] }
  /** It was in force, and has failed: the one before it is in force again. */
  | { readonly kind: "failed"; readonly failed: NonNullable<Settings["failedPolicy"]> };

/** New limits of all consumers; those that are left out stay as they are. */
export interface LimitSettings {
  readonly limit?: number | "auto";
  readonly fixed?: true;
  readonly ceilings?: ByValue;
  readonly floors?: ByValue;
}

/** The outcome of a request to set limits. */
export type LimitOutcome =
  | ({ readonly kind: "set" } & Taken)
  /** Nothing was set: floors cannot be met under all that is set, or under the own limits of this consumer. */
  | { readonly kind: "impossible"; readonly reason: string; readonly by?: ConsumerView }
  /** They were set, and this consumer has refused them: what was set before is set again, unless somebody has changed it since. */
  | { readonly kind: "refused"; readonly reason: string; readonly by: ConsumerView };

/** A consumer reads new settings within a second, and answers at once: most of this time is for machines under load. */
const ANSWERED_WITHIN_MS = 5000;
/** Between two looks at the records of consumers, in milliseconds. */
const LOOK_MS = 50;

/** Changes settings, and waits until every consumer that lives has answered, for a few seconds at most. */
export async function changeSettings(
  queue: QueueDriver,
  command: AnySettingCommand,
  clock: Clock,
): Promise<Taken> {
  return await answers(queue, await change(queue, command), clock);
}

/** @returns the revision of the settings with that change */
async function change(queue: QueueDriver, command: AnySettingCommand): Promise<number> {
  await queue.request(command);
  return (await queue.settings()).revision;
}

/** Sets the policy of all consumers, unless one of those that live would have to refuse it. */
export async function setPolicy(
  queue: QueueDriver,
  policy: PolicySetting,
  clock: Clock,
): Promise<PolicyOutcome> {
  if (policy.files !== undefined) {
    const refusing = (await queue.consumers()).filter(({ takesPolicyFiles }) => !takesPolicyFiles);
    if (refusing.length > 0) return { kind: "refused", by: refusing };
  }
  const taken = await changeSettings(queue, { kind: "policy", policy }, clock);
  const { failedPolicy: failed } = await queue.settings();
  return failed?.id === policy.id ? { kind: "failed", failed } : { kind: "set", ...taken };
}

/** Sets limits of all consumers, unless their floors cannot be met everywhere, or one of the consumers refuses them. */
export async function setLimits(
  queue: QueueDriver,
  limits: LimitSettings,
  clock: Clock,
): Promise<LimitOutcome> {
  const [before, consumers] = await Promise.all([queue.settings(), queue.consumers()]);
  const impossible = await impossibleAt(consumers, before, limits);
  if (impossible !== undefined) return { kind: "impossible", ...impossible };
  const revision = await change(queue, { kind: "limit", ...limits });
  const { by, refusedBy, unanswered } = await answers(queue, revision, clock);
  const refusing = refusedBy.find((each) => !hadRefused(each, consumers));
  if (refusing === undefined) return { kind: "set", by: [...by, ...refusedBy], refusedBy: [], unanswered };
  const { revision: latest } = await queue.settings();
  if (latest === revision) await changeSettings(queue, formerLimits(limits, before), clock);
  return { kind: "refused", reason: refusing.settings!.error!, by: refusing };
}

/** Why limits cannot be set, as far as that is known before; undefined: nothing is known against them. */
export async function limitsFault(
  queue: Pick<QueueDriver, "settings" | "consumers">,
  limits: LimitSettings,
): Promise<{ readonly reason: string; readonly by?: ConsumerView } | undefined> {
  const [before, consumers] = await Promise.all([queue.settings(), queue.consumers()]);
  return await impossibleAt(consumers, before, limits);
}

/** Looks at floors under what is set together, whatever was set first, and under the limits of each consumer that lives. */
async function impossibleAt(
  consumers: readonly ConsumerView[],
  before: Settings,
  { fixed, ...limits }: LimitSettings,
): Promise<{ readonly reason: string; readonly by?: ConsumerView } | undefined> {
  const { checkFloors } = await import("../scheduler/mod.ts");
  const set = limitsSet({ ...before, ...limits, ...fixed && { limitFixed: fixed } });
  for (const by of [undefined, ...consumers]) {
    try {
      checkFloors({ ...by?.limits, ...set });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { reason: error.message, ...by !== undefined && { by } };
    }
  }
  return undefined;
}

/** Whether a consumer had the same to refuse before, as a policy that it does not take. */
function hadRefused({ id, settings }: ConsumerView, before: readonly ConsumerView[]): boolean {
  return before.some((each) => each.id === id && each.settings?.error === settings?.error);
}

/** The command that takes a change back. */
function formerLimits(limits: LimitSettings, before: Settings): AnySettingCommand {
  const { limit = null, limitFixed: fixed, ceilings = null, floors = null } = before;
  return {
    kind: "limit",
    ...limits.limit !== undefined && { limit, ...fixed && { fixed } },
    ...limits.ceilings !== undefined && { ceilings },
    ...limits.floors !== undefined && { floors },
  };
}

async function answers(queue: QueueDriver, revision: number, clock: Clock): Promise<Taken> {
  const untilMs = clock.nowMs() + ANSWERED_WITHIN_MS;
  for (;;) {
    const consumers = await queue.consumers();
    const hasAnswered = ({ settings }: ConsumerView) => (settings?.revision ?? 0) >= revision;
    const unanswered = consumers.filter((each) => !hasAnswered(each));
    if (unanswered.length === 0 || clock.nowMs() >= untilMs) {
      const refuses = ({ settings }: ConsumerView) => settings?.error !== undefined;
      const answered = consumers.filter(hasAnswered);
      return {
        by: answered.filter((each) => !refuses(each)),
        refusedBy: answered.filter(refuses),
        unanswered,
      };
    }
    await clock.until(clock.nowMs() + LOOK_MS);
  }
}

/** The place of a consumer in words: host and process. */
export function placeOf({ host, pid }: Pick<ConsumerView, "host" | "pid">): string {
  return `${host} ${pid}`;
}
