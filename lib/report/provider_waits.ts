import { CALL_KINDS } from "./kinds.ts";

/** Attempts, by their rows. */
interface Attempts {
  /** The numbers of their invocations. */
  readonly invocation: Float64Array;
  /** The numbers of their kinds. */
  readonly kind: Uint8Array;
}

/** The runs that functions told of. */
interface Told {
  readonly invocation: Float64Array;
  /** NaN: not known. */
  readonly providerMs: Float64Array;
}

/** The waits of attempts at the provider, which are part of queueing: a simulation knows them, or functions tell them of themselves. */
export class ProviderWaits {
  /** In milliseconds, by the rows of the attempts: of those that waited. */
  readonly #known = new Map<number, number>();

  /** The wait of the attempt in a row is known. */
  know(row: number, ms: number): void {
    if (ms > 0) this.#known.set(row, ms);
  }

  /**
   * Adds the waits to the times of attempts, in milliseconds: to those that went well, what their functions told, unless the wait
   * is known.
   */
  addTo(times: Float64Array, { invocation, kind }: Attempts, told: Told): void {
    for (const [row, ms] of this.#known) times[row]! += ms;
    const waits = toldWaits(told);
    if (waits.size === 0) return;
    invocation.forEach((of, row) => {
      if (CALL_KINDS[kind[row]!]!.outcome !== "ok" || this.#known.has(row)) return;
      times[row]! += waits.get(of) ?? 0;
    });
  }
}

/** The waits that functions told of, by their invocations. */
function toldWaits({ invocation, providerMs }: Told): Map<number, number> {
  const waits = new Map<number, number>();
  providerMs.forEach((ms, run) => ms > 0 && waits.set(invocation[run]!, ms));
  return waits;
}
