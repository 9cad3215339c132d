import {
  answered,
  type Baseline,
  type Lab,
  mostAtOnce,
  refusedOf,
  type SeenCall,
  showsWaiting,
  together,
} from "./lab.ts";

/** A number of calls at once, and their outcome. */
export interface Step {
  /** When, in the lab's time. */
  readonly atMs: number;
  readonly asked: number;
  readonly ok: number;
  readonly refused: number;
  /** The calls that ran at once; if that cannot be told, as functions end too soon, the calls that were not refused. */
  readonly ran: number;
  readonly colds: number;
  readonly calls: readonly SeenCall[];
}

/** The number of calls that a platform runs at once, and its treatment of more. */
export interface LimitFinding {
  /** Infinity: none was met. */
  readonly limit: number;
  /** The treatment of calls beyond the limit: none was met, they are refused, or they wait. */
  readonly refusal: "none" | "hard" | "queued";
  /** Whether more and more calls could run as time went by. */
  readonly isRamped: boolean;
  /** The number of calls that ran when calls were refused, or waited, for the first time; Infinity: never. */
  readonly atFirst: number;
  /** Containers that were made, per second, while more were wanted; NaN: not known. */
  readonly rampPerS: number;
  /** Calls that wait, at most; 0: none. Infinity: as many as were tried. */
  readonly queue: number;
  readonly steps: readonly Step[];
}

/** Calls at once of the first step. */
export const FIRST_STEP = 2;
/** The pause between steps that are limited, in holds; containers may be made in it. */
const GAP_HOLDS = 5;
/** Steps beyond the first limited one: enough to see 1,500 containers made at ten a second. */
const MOST_STEPS = 16;
/** The part by which the running calls may fall short of those asked for without a limit. */
const SLACK = 0.02;

/** Looks for the limit: twice as many calls at a time, until some are refused or wait; then a few more than ran. */
export async function findLimit(lab: Lab, base: Baseline): Promise<LimitFinding> {
  const steps: Step[] = [];
  for (
    let asked = FIRST_STEP;
    steps.length === 0 || !isLimited(steps.at(-1)!);
    asked = Math.min(base.most, asked * 2)
  ) {
    steps.push(await step(lab, base, asked));
    if (asked === base.most) break;
  }
  const first = steps.at(-1)!;
  const known = { steps, atFirst: first.ran };
  if (!isLimited(first)) {
    return {
      ...known,
      limit: Infinity,
      refusal: "none",
      isRamped: false,
      rampPerS: NaN,
      queue: 0,
      atFirst: Infinity,
    };
  }
  const beyond: Step[] = [first];
  while (!isSteady(beyond) && beyond.length < MOST_STEPS) {
    await lab.rest(GAP_HOLDS * base.holdMs);
    const last = beyond.at(-1)!;
    const next = await step(lab, base, Math.min(base.most, Math.ceil(last.ran * 1.3) + 2));
    beyond.push(next);
    steps.push(next);
    if (next.asked === base.most && !isLimited(next)) break;
  }
  const last = beyond.at(-1)!;
  const isRamped = last.ran > first.ran * 1.05;
  const waited = beyond.some((each) => each.ok > each.ran * (1 + SLACK) + 1);
  return {
    ...known,
    limit: isSteady(beyond) ? Math.max(last.ran, beyond.at(-2)!.ran) : Infinity,
    refusal: waited ? "queued" : "hard",
    isRamped,
    rampPerS: isRamped ? madePerS(beyond) : NaN,
    queue: waited && !isRamped ? await findQueue(lab, base, last.ran) : 0,
  };
}

async function step(lab: Lab, base: Baseline, asked: number): Promise<Step> {
  const { holdMs, overheadMs } = base;
  const atMs = lab.nowMs;
  const calls = await lab.run(together(asked, { atMs: 0, runMs: holdMs, function: "probe" }));
  const ok = answered(calls);
  return {
    atMs,
    asked,
    ok: ok.length,
    refused: refusedOf(calls),
    ran: showsWaiting(base) ? mostAtOnce(calls, overheadMs) : ok.length,
    colds: ok.filter(({ isCold }) => isCold).length,
    calls,
  };
}

function isLimited({ asked, refused, ran }: Step): boolean {
  return refused > 0 || ran < asked * (1 - SLACK) - 1;
}

/** Whether no more ran than before, although more was asked for: for two steps, or one if no container was made. */
function isSteady(steps: readonly Step[]): boolean {
  const [before, last, third] = [steps.at(-2), steps.at(-1)!, steps.at(-3)];
  const isSame = (a: Step | undefined, b: Step) => a !== undefined && isLimited(b) && b.ran <= a.ran * 1.01;
  return isSame(before, last) && (last.colds === 0 || isSame(third, before!));
}

/** Containers made per second between the steps that took all there were. */
function madePerS(steps: readonly Step[]): number {
  const grown = steps.filter((each, i) =>
    i === 0 || (isLimited(each) && each.ran > steps[i - 1]!.ran * 1.01)
  );
  // The last step may have taken less than there was, as it met the limit.
  const taken = grown.length > 2 ? grown.slice(0, -1) : grown;
  const ms = taken.at(-1)!.atMs - taken[0]!.atMs;
  // Where containers take no time, nothing says which calls they were made for.
  const made = taken.slice(1).reduce((sum, { colds, ran }, i) => sum + (colds || ran - taken[i]!.ran), 0);
  return made / ms * 1000;
}

/** Finds the number of calls that wait beside those that run: asks for more and more, until some are refused. */
async function findQueue(lab: Lab, base: Baseline, limit: number): Promise<number> {
  for (let asked = limit * 2; asked < base.most * 2; asked *= 2) {
    const { ok, refused } = await step(lab, { ...base, holdMs: base.holdMs / 2 }, Math.min(asked, base.most));
    if (refused > 0) return ok - limit;
  }
  return Infinity;
}

/** Looks that are taken until there are containers for all calls that may run. */
const MOST_LOOKS = 40;

/** Has containers made for as many calls as may run, as short a keep-alive time may have left few of them. */
export async function warmed(lab: Lab, base: Baseline, limit: number): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const { ran, colds } = await step(lab, { ...base, holdMs: base.holdMs / 2 }, limit);
    if (colds === 0 && ran >= limit * (1 - SLACK) - 1) return;
  }
}
