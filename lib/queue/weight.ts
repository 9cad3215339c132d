import type { Instance, JsonText, NodeRecord } from "../model/mod.ts";
import type { Child } from "./queue.ts";

/** The parts of an instance that take memory: its args, its records, its output if it has ended. */
export interface Weighed {
  readonly instance: Pick<Instance, "args">;
  readonly records: { values(): Iterable<Pick<NodeRecord, "output">> };
  readonly output?: JsonText | undefined;
}

/** The length of all args and outputs of instances, in characters. */
export function textLength(instances: Iterable<Weighed>): number {
  let length = 0;
  for (const { instance, records, output } of instances) {
    length += (instance.args?.length ?? 0) + (output?.length ?? 0);
    for (const record of records.values()) length += record.output.length;
  }
  return length;
}

/** The same of the instances that an instance has called. */
export function childrenLength(children: readonly Child[]): number {
  return textLength(
    children.map(({ instance, progress, ended }) => ({ instance, records: progress, output: ended?.output })),
  );
}

/** Counts what a pull takes: instances, and how long they are. */
export class PullBudget {
  #instances: number;
  #characters: number;
  #any = false;

  /** @param characters (Default: no bound) */
  constructor(instances: number, characters = Infinity) {
    this.#instances = instances;
    this.#characters = characters;
  }

  /** Whether one more instance of this length is taken; the first one is, whatever its length. */
  takes(characters: number): boolean {
    this.#instances--;
    this.#characters -= characters;
    const takes = this.#instances >= 0 && (!this.#any || this.#characters >= 0);
    this.#any = true;
    return takes;
  }
}
