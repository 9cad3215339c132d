import type { Bell } from "../bell.ts";
import type { Losses } from "../losses.ts";
import { cancelOrders, type Mark, marksOf } from "../orders.ts";
import type { Order } from "../queue.ts";
import type { CommandLog, Told } from "./command_log.ts";

/** What it takes to listen. */
export interface Listening {
  readonly log: CommandLog;
  readonly bell: Bell;
  readonly signal: AbortSignal;
  /** Orders about the consumer's part of the queue, which nobody else gets; emptied as they are told. */
  readonly own: Order[];
  readonly losses: Losses;
  /** What is held and is to end. */
  marks(): readonly Mark[];
  /** Throws if the queue is closed. */
  check(): void;
}

/** What concerns a consumer from the call on. */
export function listen(listening: Listening): AsyncIterable<Order> {
  const { log, signal } = listening;
  const told: Told[] = [];
  const forget = log.listen(told);
  const since = signal.aborted ? Promise.resolve(0) : log.end(signal);
  since.catch(() => {}); // it is told when the first order is asked for
  return orders(listening, told, since, forget);
}

async function* orders(
  { log, bell, signal, own, losses, marks, check }: Listening,
  told: Told[],
  since: Promise<number>,
  forget: () => void,
): AsyncGenerator<Order> {
  const deafen = losses.listen();
  try {
    check();
    if (signal.aborted) return;
    const from = await since;
    await log.refresh();
    const { pauses } = log;
    if (pauses.length > 0) yield { kind: "paused", pauses };
    for (let known = new Set<string>();;) {
      check();
      if (signal.aborted) return;
      const { rings } = bell;
      for (const { order, offset } of told.splice(0)) if (offset >= from) yield order;
      yield* own.splice(0);
      yield* losses.orders();
      const marked = marks();
      yield* cancelOrders(marked, known);
      known = marksOf(marked);
      await bell.after(rings, signal);
    }
  } finally {
    deafen();
    forget();
  }
}
