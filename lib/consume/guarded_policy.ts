import { type Policy, PolicyError } from "../policies/mod.ts";

/**
 * A policy that never throws, whatever the functions of the user's do: from the first time that one of them throws, or answers
 * what it must not, none is called again, and each answers the same for all. Whoever schedules by it looks for the failure and
 * goes on under another policy.
 */
export class GuardedPolicy {
  /** The policy, with the same functions. */
  readonly policy: Policy;
  #failure: PolicyError | undefined;

  constructor(policy: Policy) {
    const { group, weight, rank, place } = policy;
    const guarded = <Args extends unknown[], Answer>(
      part: string,
      fn: (...args: Args) => Answer,
      otherwise: Answer,
      wantedInstead: (answer: Answer, ...args: Args) => string | undefined,
    ) =>
    (...args: Args): Answer => {
      if (this.#failure !== undefined) return otherwise;
      try {
        const answer = fn.apply(policy, args);
        if (isPromise(answer)) answer.then(undefined, () => {}); // nobody awaits it, so its error would end the process
        const wanted = wantedInstead(answer, ...args);
        if (wanted === undefined) return answer;
        this.#failure = wrongAnswer(part, answer, wanted);
      } catch (cause) {
        this.#failure = threw(part, cause);
      }
      return otherwise;
    };
    this.policy = {
      ...group && { group: guarded("group", group, "", unless(isGroup, "a text")) },
      ...weight && { weight: guarded("weight", weight, 1, unless(isWeight, "a number above 0")) },
      ...rank && {
        rank: guarded<Parameters<typeof rank>, ReturnType<typeof rank>>(
          ...["rank", rank, 0, unless(isRank, "a number or a list of numbers")] as const,
        ),
      },
      ...place && {
        place: guarded("place", place, undefined, (name, _, platforms) => {
          const names = platforms.map((platform) => platform.name);
          return name === undefined || names.includes(name) ? undefined : names.join(" or ");
        }),
      },
    };
  }

  /** The error of the first of its functions that threw or gave a wrong answer; undefined while none has. */
  get failure(): PolicyError | undefined {
    return this.#failure;
  }
}

/** Makes a check of answers: it returns `wanted`, the description of right answers, for a wrong one, else undefined. */
function unless(
  isRight: (answer: unknown) => boolean,
  wanted: string,
): (answer: unknown) => string | undefined {
  return (answer) => isRight(answer) ? undefined : wanted;
}

function threw(part: string, cause: unknown): PolicyError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new PolicyError("bad-answer", `Cannot schedule: the policy's ${part} threw: ${what}`, { cause });
}

/** Whether this is a valid answer of `group`. */
function isGroup(answer: unknown): answer is string {
  return typeof answer === "string";
}

/** Whether this is a valid answer of `weight`. */
function isWeight(answer: unknown): answer is number {
  return typeof answer === "number" && answer > 0 && answer < Infinity;
}

/** Whether this is a valid answer of `rank`. */
function isRank(answer: unknown): answer is number | readonly number[] {
  return isOrdered(answer) || (Array.isArray(answer) && answer.length > 0 && answer.every(isOrdered));
}

/** A number that has a place among all others: NaN has none. */
function isOrdered(answer: unknown): boolean {
  return typeof answer === "number" && answer === answer;
}

/** Whether an `async` function has answered. */
function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return answer instanceof Promise;
}

/** The error of an answer that a policy must not give. */
function wrongAnswer(part: string, answer: unknown, wanted: string): PolicyError {
  return new PolicyError(
    "bad-answer",
    `Cannot schedule: the policy's ${part} answered ${worded(answer)} instead of ${wanted}`,
  );
}

/** An answer in words: of an object without a text, only that. */
function worded(answer: unknown): string {
  if (isPromise(answer)) return "a promise";
  try {
    return String(answer);
  } catch {
    return "an object";
  }
}
