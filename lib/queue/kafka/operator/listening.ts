import type { Bell } from "../../bell.ts";
import type { Losses } from "../../losses.ts";
import { cancelOrders, type Mark, marksOf } from "../../orders.ts";
import type { Order } from "../../queue.ts";
import { SettingsNotifier } from "../../setting_changes.ts";
import type { CommandLog } from "./command_log.ts";

/** The parts that listening works with. */
export interface Listening {
  readonly log: CommandLog;
  readonly bell: Bell;
  readonly signal: AbortSignal;
  /** Orders about the consumer's part of the queue, which nobody else gets; emptied as they are told. */
  readonly own: Order[];
  readonly losses: Losses;
  /** The instances that are held and are to end. */
  marks(): readonly Mark[];
  /** Throws if the queue is closed. */
  check(): void;
}

/** The orders that concern a consumer. */
export async function* ordersFor(
  { log, bell, signal, own, losses, marks, check }: Listening,
): AsyncGenerator<Order> {
  const deafen = losses.listen();
  try {
    check();
    if (signal.aborted) return;
    await log.refresh();
    const notifier = new SettingsNotifier();
    for (let known = new Set<string>();;) {
      check();
      if (signal.aborted) return;
      const { rings } = bell;
      yield* notifier.orders(log.settings);
      yield* own.splice(0);
      yield* losses.orders();
      const marked = marks();
      yield* cancelOrders(marked, known);
      known = marksOf(marked);
      await bell.after(rings, signal);
    }
  } finally {
    deafen();
  }
}
