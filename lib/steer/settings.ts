import type { Clock } from "../model/mod.ts";
import type { AnySettingCommand, ConsumerView, PolicySetting, QueueDriver, Settings } from "../queue/mod.ts";

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
  await queue.request(command);
  const { revision } = await queue.settings();
  return await answers(queue, revision, clock);
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
