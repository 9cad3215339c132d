import type { ClockNews } from "../lib/consume/mod.ts";
import { formatDuration } from "../lib/model/mod.ts";

/** Most that clocks of machines, and the steps of one, may differ without a word, in milliseconds. */
const TOLERANCE_MS = 1000;

/** The time from one process's instant to another's, in words: no clock that was set makes it negative. */
export function spanWords(ms: number): string {
  return ms < -TOLERANCE_MS ? "an unknown time (a clock was set)" : formatDuration(Math.max(0, ms));
}

/** When something was, from the submission of its instance on; nothing, if a clock was set in between. */
export function sinceWords(ms: number): string {
  return ms < -TOLERANCE_MS ? "" : `at +${formatDuration(Math.max(0, ms))}`;
}

/** The time since an instant of another process, in words. */
export function agoWords(ms: number): string {
  return ms < -TOLERANCE_MS
    ? `${formatDuration(-ms)} from now (a clock was set)`
    : `${formatDuration(Math.max(0, ms))} ago`;
}

/** Tells of a clock that was set each time, and of producers whose clocks differ once. */
export function clockNewsTeller(tell: (words: string) => void): (news: ClockNews) => void {
  let isTold = false;
  return ({ kind, byMs }) => {
    const by = formatDuration(Math.round(Math.abs(byMs)));
    if (kind === "set") {
      return tell(
        byMs < 0
          ? `The system's clock was set back by ${by}`
          : `The system's clock was set on by ${by}, or the machine slept`,
      );
    }
    if (isTold) return;
    isTold = true;
    tell(
      `An instance says that it was submitted ${by} from now: its producer's clock differs, or a clock was set. ` +
        "Such instances count from when they came",
    );
  };
}
