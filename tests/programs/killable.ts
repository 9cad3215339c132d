/** A queue, a platform and a clock that cut a killed program off: from then on it learns nothing and does nothing. */
import { type Clock, onAbort } from "../../lib/model/mod.ts";
import type { Platform } from "../../lib/platform/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { altered } from "./altered.ts";

/** A promise of its own for each who waits: one for all would keep in memory whoever has ever waited for it. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** A promise that never settles for a program that was killed. */
function unlessKilled<T>(promise: Promise<T>, killed: AbortSignal): Promise<T> {
  return promise.then(
    (value) => killed.aborted ? never() : value,
    (error) => killed.aborted ? never() : Promise.reject(error),
  );
}

export function killableQueue(queue: QueueDriver, killed: AbortSignal): QueueDriver {
  const either = (signal: AbortSignal) => AbortSignal.any([signal, killed]);
  const alive = <T>(call: () => Promise<T>) => killed.aborted ? never() : unlessKilled(call(), killed);
  const { rateLedgers } = queue;
  return altered(queue, {
    rateLedgers: rateLedgers && { change: (...asked) => alive(() => rateLedgers.change(...asked)) },
    pull: (max, signal, bounds) => alive(() => queue.pull(max, either(signal), bounds)),
    checkpoint: (progress) => alive(() => queue.checkpoint(progress)),
    finish: (results) => alive(() => queue.finish(results)),
    confirmHolds: () => killed.aborted ? never() : queue.confirmHolds(),
    release: (ids) => alive(() => queue.release(ids)),
    beat: (record) => alive(() => queue.beat(record)),
    depth: () => alive(() => queue.depth()),
    consumers: (atOnce) => alive(() => queue.consumers(atOnce)),
    settings: () => alive(() => queue.settings()),
    commands: (signal) => queue.commands(either(signal)),
  });
}

/** Functions go on when their caller has died; nobody hears their answer. */
export function killablePlatform(platform: Platform, killed: AbortSignal): Platform {
  return {
    name: platform.name,
    invoke: (call, signal) => killed.aborted ? never() : unlessKilled(platform.invoke(call, signal), killed),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

export function killableClock(clock: Clock, killed: AbortSignal): Clock {
  return {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    until: (instantMs, signal) => {
      const ends = signal === undefined ? killed : AbortSignal.any([signal, killed]);
      return killed.aborted ? never() : unlessKilled(clock.until(instantMs, ends), killed);
    },
    after(delayMs, callback) {
      if (killed.aborted) return () => {};
      const cancel = clock.after(delayMs, () => (forget(), callback()));
      const forget = onAbort(killed, cancel);
      return () => (forget(), cancel());
    },
  };
}
