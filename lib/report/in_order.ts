import TinyQueue from "tinyqueue";
import type { RunEvent, RunInfo } from "./events.ts";
import type { RunningReport } from "./running_report.ts";

/** Something to be told, and its place among all: its instant, then its kind, then the order in which it came. */
interface Told {
  readonly atUs: number;
  readonly kind: number;
  readonly number: number;
  /** @param notBeforeMs the instant that the report has come to, in milliseconds since 1970 */
  tell(report: RunningReport, notBeforeMs: number): void;
}

/** The kinds, in the order in which those of one instant are told. */
const SUBMITTED = 0, STARTED = 1, ATTEMPTED = 2, ENDED = 3, CHANGED = 4;

/** The most that waits for what came before it: about 8 MB. */
export const MOST_WAITING = 20_000;

/**
 * Tells a report of the events of a run log in the order of time: a log tells of an attempt when it ends, a report wants to know when
 * it starts. An event that comes too late is told at once: a call during which 10,000 others end counts for the highest number of
 * calls at once from then on.
 */
export class InOrder {
  readonly #report: RunningReport;
  readonly #startedAtMs: number;
  readonly #most: number;
  readonly #waiting = new TinyQueue<Told>(
    [],
    (a, b) => a.atUs - b.atUs || a.kind - b.kind || a.number - b.number,
  );
  #number = 0;
  #toldUs = -Infinity;

  /** @param most that waits for what came before it (Default: {@linkcode MOST_WAITING}) */
  constructor(report: RunningReport, { startedAtMs }: Pick<RunInfo, "startedAtMs">, most = MOST_WAITING) {
    this.#report = report;
    this.#startedAtMs = startedAtMs;
    this.#most = most;
  }

  /** Takes an event; the description of the run is left out. */
  add(event: RunEvent): void {
    switch (event.type) {
      case "submit":
        return this.#wait(event.submittedAtMs, SUBMITTED, (report) => report.submit(event));
      case "attempt":
        if (event.outcome !== "throttled") {
          const { function: name, chain, startedAtMs, instance } = event;
          this.#wait(
            startedAtMs,
            STARTED,
            (report, notBeforeMs) =>
              report.started(name, chain, Math.max(startedAtMs, notBeforeMs), instance),
          );
        }
        return this.#wait(event.startedAtMs + event.runMs, ATTEMPTED, (report) => report.attempt(event));
      case "functionRun":
        return this.#report.functionRun(); // only their number is told
      case "end":
        return this.#wait(event.endedAtMs, ENDED, (report) => report.end(event));
      case "counter":
        return this.#wait(event.atMs, CHANGED, (report) => report.counter(event));
      case "setting":
        return this.#wait(event.atMs, CHANGED, (report) => report.setting(event));
    }
  }

  /** Tells of all that waits: there is nothing more. */
  end(): void {
    while (this.#waiting.length > 0) this.#tellNext();
  }

  #wait(atMs: number, kind: number, tell: Told["tell"]): void {
    const atUs = Math.round((atMs - this.#startedAtMs) * 1000);
    this.#waiting.push({ atUs, kind, number: this.#number++, tell });
    while (this.#waiting.length > this.#most) this.#tellNext();
  }

  #tellNext(): void {
    const next = this.#waiting.pop()!;
    this.#toldUs = Math.max(this.#toldUs, next.atUs);
    next.tell(this.#report, next.atUs < this.#toldUs ? this.#startedAtMs + this.#toldUs / 1000 : -Infinity);
  }
}
