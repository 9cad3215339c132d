import { causeOf, NO_REASON, OTHERS } from "../failures.ts";
import { isLost } from "../kinds.ts";
import type { Failure } from "../schema.ts";
import { printable } from "../text.ts";
import { CALL_FIELDS, CALL_OUTCOMES, type ChosenData } from "./data.ts";

const FIELDS = CALL_FIELDS.length;
const [OUTCOME, REASON] = [CALL_FIELDS.indexOf("outcome"), CALL_FIELDS.indexOf("reason")];

/**
 * The instances that the page shows one by one and in which each cause was seen, by their indices: of an instance that was lost
 * for it, or of whose calls one failed for it.
 *
 * @returns a list for each cause, in their order
 */
export function shownByCause(
  { instances, words }: ChosenData,
  failures: readonly Failure[],
): readonly (readonly number[])[] {
  const numbers = new Map(
    failures.map(({ of, kind, reason }, i) => [causeOf(of, kind, printable(reason)), i]),
  );
  const shown = failures.map(() => new Set<number>());
  const note = (instance: number, of: Failure["of"], kind: string, reason = NO_REASON) => {
    const number = numbers.get(causeOf(of, kind, reason)) ?? numbers.get(causeOf(of, kind, OTHERS));
    if (number !== undefined) shown[number]!.add(instance);
  };
  for (const [i, { outcome, reason, calls }] of instances.entries()) {
    if (isLost(outcome)) note(i, "chain", outcome, reason);
    for (let at = 0; at < calls.length; at += FIELDS) {
      const kind = CALL_OUTCOMES[calls[at + OUTCOME]!]!;
      if (kind === "failed" || kind === "throttled") note(i, "call", kind, words[calls[at + REASON]!]);
    }
  }
  return shown.map((of) => [...of]);
}
