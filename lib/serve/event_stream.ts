import { type Clock, onAbort } from "../model/mod.ts";

/** Without news, viewers get a sign that the stream is alive after this time, in milliseconds: proxies close silent ones. */
const HEARTBEAT_MS = 15_000;
/** The time after which a viewer whose stream broke comes again, in milliseconds. */
const RETRY_MS = 2000;

/** The parts of a stream of server-sent events. */
export interface EventStreamOptions<View> {
  /** The views to send, until a signal ends them. */
  views(signal: AbortSignal): AsyncIterable<View>;
  /** The event of a view. */
  bytesOf(view: View): Uint8Array;
  readonly clock: Clock;
  /** Aborted when the server ends: the stream ends then. */
  readonly draining: AbortSignal;
  /** Called once, when the viewer has left or the stream has ended. */
  left(): void;
}

const encoder = new TextEncoder();

/**
 * Server-sent events. The next view is asked for only when the former one was sent, so a viewer that reads slowly, or not at all,
 * makes nothing pile up: one event, in all.
 */
export function eventStream<View>(options: EventStreamOptions<View>): ReadableStream<Uint8Array> {
  const { views, bytesOf, clock, draining } = options;
  const over = new AbortController();
  const forget = onAbort(draining, () => over.abort());
  const iterator = views(over.signal)[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<View>> | undefined, isBegun = false, hasLeft = false;
  const leave = () => {
    over.abort();
    forget();
    if (!hasLeft) options.left();
    hasLeft = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        return controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      }
      pending ??= iterator.next();
      const next = await soon(pending, clock);
      if (next === undefined) return controller.enqueue(encoder.encode(":\n\n"));
      pending = undefined;
      if (!next.done) return controller.enqueue(bytesOf(next.value));
      leave();
      controller.close();
    },
    async cancel() {
      leave();
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}

/** Waits for something, as long as a viewer may be left without a sign. */
async function soon<T>(next: Promise<T>, clock: Clock): Promise<T | undefined> {
  const silence = Promise.withResolvers<undefined>();
  const cancel = clock.after(HEARTBEAT_MS, () => silence.resolve(undefined));
  try {
    return await Promise.race([next, silence.promise]);
  } finally {
    cancel();
  }
}
