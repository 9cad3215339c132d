import type { Settlement } from "./contract.ts";

/** Handlers of the parts of a settlement that ask for something; the others answer whoever has settled an invocation. */
export type SettlementHandlers<Held> = {
  readonly [Part in keyof Omit<Settlement, "instance" | "verdict" | "retryAtMs">]-?: (
    part: NonNullable<Settlement[Part]>,
    held: Held,
  ) => void;
};

/**
 * Hands each part of a settlement that is there to its handler. Whoever drives a scheduler follows it by this, so that a part
 * that settlements get later is missing from no driver. An instance that is about to end is known to be when its calls are made.
 *
 * @param held what the driver has of the instance
 */
export function follow<Held>(settlement: Settlement, handlers: SettlementHandlers<Held>, held: Held): void {
  const { skipped, mapped, undecided, ending, calls, ended } = settlement;
  handlers.skipped(skipped, held);
  if (mapped !== undefined) handlers.mapped(mapped, held);
  if (undecided !== undefined) handlers.undecided(undecided, held);
  if (ending !== undefined) handlers.ending(ending, held);
  if (calls !== undefined) handlers.calls(calls, held);
  if (ended !== undefined) handlers.ended(ended, held);
}
