/** A world with a number of slots, in virtual time: jobs arrive, a dispatcher says which call starts next. */

/** A job of a tenant: calls, each after the one before. */
export interface Job {
  readonly number: number;
  readonly tenant: string;
  /** The tenant's share, relative to the others. */
  readonly weight: number;
  /** The run times of its calls, in milliseconds; a dispatcher must not look. */
  readonly callsMs: readonly number[];
  readonly atMs: number;
}

/** A call of a job, by its number in it. */
export interface Call {
  readonly job: Job;
  readonly index: number;
}

/** Decides which call starts next. Nothing starts beyond the slots that it was made for. */
export interface Dispatcher {
  submit(job: Job, nowMs: number): void;
  /** The call to start now; undefined: none waits, or no slot is free. */
  next(nowMs: number): Call | undefined;
  /** A call has ended: its job's next one waits from now on. */
  settle(call: Call, nowMs: number): void;
}

/** The setting that a dispatcher is made for. */
export interface Setting {
  readonly slots: number;
  /** In calls per second, what the slots can do: for rules that are given rates. */
  readonly callsPerS: number;
  readonly tenants: number;
}

/** A system, by its rule. */
export interface System {
  readonly name: string;
  make(setting: Setting): Dispatcher;
}

/** A call that has run. */
export interface Ran extends Call {
  readonly readyAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Runs jobs to their end. @returns the calls, in the order of their ends */
export function runJobs(jobs: readonly Job[], dispatcher: Dispatcher): Ran[] {
  const arrivals = jobs.toSorted((a, b) => a.atMs - b.atMs), ran: Ran[] = [];
  const running: Ran[] = []; // by their ends: there are no more than slots
  const readyAtMs = new Map<Job, number>();
  for (let arrived = 0; arrived < arrivals.length || running.length > 0;) {
    const nowMs = Math.min(arrivals[arrived]?.atMs ?? Infinity, running[0]?.endedAtMs ?? Infinity);
    for (; running[0]?.endedAtMs === nowMs;) {
      const call = running.shift()!;
      ran.push(call);
      readyAtMs.set(call.job, nowMs);
      dispatcher.settle(call, nowMs);
    }
    for (; arrivals[arrived]?.atMs === nowMs; arrived++) {
      readyAtMs.set(arrivals[arrived]!, nowMs);
      dispatcher.submit(arrivals[arrived]!, nowMs);
    }
    for (let call = dispatcher.next(nowMs); call !== undefined; call = dispatcher.next(nowMs)) {
      const endedAtMs = nowMs + call.job.callsMs[call.index]!;
      const at = running.findLastIndex((other) => other.endedAtMs <= endedAtMs) + 1;
      running.splice(at, 0, { ...call, readyAtMs: readyAtMs.get(call.job)!, startedAtMs: nowMs, endedAtMs });
    }
  }
  return ran;
}
