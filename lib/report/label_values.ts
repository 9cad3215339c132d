import { Names } from "./column.ts";
import type { SubmitEvent } from "./events.ts";
import { labelValue } from "./grouping.ts";
import { instanceNumber } from "./waste.ts";

/** The number of the group of instances without the label, whose value is empty. */
export const NO_VALUE = 0;

/** The values of one label, and which value each instance has: some 50 bytes for each. */
export class LabelValues {
  readonly names = new Names();
  /** The weights that the last submissions of the values declared, by their numbers. */
  readonly weights: number[] = [1];
  readonly #values = new Map<number, number>();

  constructor() {
    this.names.number("");
  }

  /** Takes a submission. @returns the number of its value */
  submit({ instance, labels, weight }: SubmitEvent, label: string): number {
    const value = this.names.number(labelValue(labels, label));
    this.weights[value] = weight;
    if (value !== NO_VALUE) this.#values.set(instanceNumber(instance), value);
    return value;
  }

  /** The numbers of the values of instances, which are given by their numbers. */
  of(instances: Float64Array): Uint32Array {
    return Uint32Array.from(instances, (instance) => this.#values.get(instance) ?? NO_VALUE);
  }
}
