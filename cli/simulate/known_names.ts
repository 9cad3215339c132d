import { type Chain, functionsOf, type Workload } from "../../lib/model/mod.ts";
import type { Figure } from "../../lib/report/mod.ts";
import type { Limits } from "../../lib/scheduler/mod.ts";
import { KINDS, limitedNames, type Names } from "../options/limited_names.ts";
import { UsageError } from "../shell/errors.ts";
import { didYouMean } from "../shell/options.ts";

/** The options of a simulation that name functions, chains and labels. */
export interface NamingOptions {
  readonly limits: Limits;
  /** The label that is shared by. */
  readonly by?: string | undefined;
  /** The chains that have weights. */
  readonly weighted: readonly string[];
  readonly figure?: Figure | undefined;
}

/** The names of all that a workload runs. @param labels those that each instance has beside its chain's */
export function namesIn({ chains }: Workload, labels: readonly string[]): Names {
  return {
    function: new Set(functionsOf(chains.map(({ chain }) => chain)).keys()),
    chain: new Set(chains.flatMap(({ chain }) => chainNames(chain))),
    label: new Set([...labels, ...chains.flatMap(({ labels = {} }) => Object.keys(labels))]),
  };
}

function chainNames({ name, subchains = {} }: Chain): string[] {
  return [name, ...Object.keys(subchains)];
}

/**
 * Checks the names in options against those of the workload: a simulation knows all of them, so that another one is a mistake.
 *
 * @throws {UsageError} naming the one that is nearest
 */
export function checkNames({ limits, by, weighted, figure }: NamingOptions, known: Names): void {
  const { floors = {}, functionRates: functions } = limits;
  const given = limitedNames([limits, floors, { functions }], by);
  const all: Names = {
    ...given,
    function: new Set([...given.function, ...nameIn(figure, "byFunction")]),
    chain: new Set([...given.chain, ...weighted, ...nameIn(figure, "byChain")]),
  };
  for (const kind of KINDS) {
    for (const name of all[kind]) {
      if (known[kind].has(name)) continue;
      const has = known[kind].size === 0
        ? "It has none"
        : `It has ${[...known[kind]].slice(0, 10).join(", ")}`;
      throw new UsageError(
        `Cannot find the ${kind} "${name}", which an option names, in the workload${
          didYouMean(name, known[kind])
        } ${has}`,
      );
    }
  }
}

function nameIn(figure: Figure | undefined, scope: Figure["scope"]): string[] {
  return figure?.scope === scope && figure.name !== undefined ? [figure.name] : [];
}
