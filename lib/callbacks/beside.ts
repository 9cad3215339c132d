import { type Clock, onAbort } from "../model/mod.ts";
import type { Deliverer } from "./deliverer.ts";

/** Options for delivering while something else is done. */
export interface BesideOptions {
  readonly clock: Clock;
  /** Ends the work: then nothing is waited for but what is in flight. */
  readonly drain: AbortSignal;
  /** Ends the attempts in flight, too. */
  readonly stop: AbortSignal;
  /** Whether to go on after the work until no callback is due. (Default: false) */
  readonly untilNoneIsDue?: boolean;
  /** Called when callbacks cannot be delivered any more while the work goes on; the error is thrown after the work. */
  readonly failed: (error: unknown) => void;
}

/** A fault of the queue ends the delivery, and within this time the work, too, in milliseconds: later ones are told. */
const SAME_FAULT_MS = 2000;

/** Delivers callbacks while something else is done, and lets the attempts in flight end after that. */
export async function deliverBeside(
  deliverer: Pick<Deliverer, "run" | "untilNoneIsDue">,
  work: () => Promise<void>,
  { clock, drain, stop, untilNoneIsDue = false, failed }: BesideOptions,
): Promise<void> {
  const over = new AbortController(), worked = new AbortController();
  const forgetStop = onAbort(stop, () => worked.abort());
  const delivering = deliverer.run(over.signal, stop);
  delivering.catch(async (error) => {
    await clock.until(clock.nowMs() + SAME_FAULT_MS, worked.signal);
    if (!worked.signal.aborted) failed(error);
  });
  try {
    await work();
    const end = AbortSignal.any([drain, stop]);
    if (untilNoneIsDue && !end.aborted) await Promise.race([deliverer.untilNoneIsDue(end), delivering]);
  } finally {
    worked.abort();
    over.abort();
    forgetStop();
  }
  await delivering;
}
