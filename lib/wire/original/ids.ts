import type { Chain, FunctionSpec, Instance } from "../../model/mod.ts";

/** The original's numbers for an instance, where the caller has better ones than those derived from the names. */
export interface OriginalIds {
  /** (Default: the number in a name like `chain7`, else a hash of the chain's name) */
  readonly chainId?: number;
  /** (Default: a hash of the instance's id) */
  readonly instanceId?: number;
}

/** The number by which the original knows a chain: the 7 of `chain7`, else a hash of the name. */
export function chainNumber(chain: string): number {
  const digits = /^chain(\d{1,9})$/.exec(chain)?.[1];
  return digits === undefined ? hash31(chain) : Number(digits);
}

/** The number by which the original knows an instance: a hash of its id. */
export function instanceNumber(instance: Instance): number {
  return hash31(instance.id);
}

/**
 * The numbers by which the original knows a chain's functions: their declared ids; those without one get the smallest
 * numbers from 1 that are free, in the order of their first nodes.
 */
export function functionNumbers(chain: Chain): Map<string, number> {
  const functions = new Map<string, FunctionSpec>();
  for (const { fn } of chain.nodes) functions.set(fn.name, fn);
  const taken = new Set([...functions.values()].map((fn) => fn.id));
  let free = 1;
  return new Map([...functions].map(([name, { id }]) => {
    if (id !== undefined) return [name, id];
    while (taken.has(free)) free++;
    return [name, free++];
  }));
}

/** FNV-1a without the sign: the original splits its log lines at "-", so a negative id would break them. */
function hash31(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value & 0x7fffffff;
}
