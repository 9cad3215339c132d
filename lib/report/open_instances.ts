import { numbers } from "./column.ts";
import type { EndEvent, SubmitEvent } from "./events.ts";
import { instanceNumber } from "./waste.ts";

/** The groups of an instance, by their numbers. */
interface Numbered {
  readonly chain: number;
  /** The value of the label. */
  readonly group: number;
}

/** An instance that was submitted and has ended. */
export interface Whole extends Numbered {
  readonly submit: SubmitEvent;
  readonly end: EndEvent;
}

/** An instance that was submitted and has not ended, as far as the log says, or ended without a submission. */
export interface Half extends Numbered {
  readonly submit: SubmitEvent | undefined;
  readonly end: EndEvent | undefined;
  /** Whether a function, or a chain, of its nodes was called. */
  readonly hasBegun: boolean;
}

interface Open {
  readonly chain: number;
  group: number;
  submit: SubmitEvent | undefined;
  end: EndEvent | undefined;
  hasBegun: boolean;
}

/** Pairs the submissions and the ends of instances, in whatever order a log has them. Takes some hundred bytes for each that is open. */
export class OpenInstances {
  readonly #open = new Map<string, Open>();
  /** Those that began before their submission came, or without one. */
  readonly #strays = numbers();

  /** Takes a submission; of several, the first one counts. @returns the instance, if its end came before */
  submit(event: SubmitEvent, { chain, group }: Numbered): Whole | undefined {
    const open = this.#at(event.instance, chain);
    open.group = group;
    open.submit ??= event;
    return this.#whole(event.instance, open);
  }

  /** Takes an end; of several before the submission, the first one counts. @returns the instance, if its submission came before */
  end(event: EndEvent, chain: number): Whole | undefined {
    const open = this.#at(event.instance, chain);
    open.end ??= event;
    return this.#whole(event.instance, open);
  }

  /** A function, or a chain, of an instance's nodes was called. */
  began(instance: string): void {
    const open = this.#open.get(instance);
    if (open !== undefined) open.hasBegun = true;
    else this.#strays.push(instanceNumber(instance));
  }

  /** The instances that have only a submission, or only an end, so far. */
  *halves(): Generator<Half> {
    const strays = new Set(this.#open.size > 0 ? this.#strays.view() : []);
    for (const [instance, open] of this.#open) {
      yield { ...open, hasBegun: open.hasBegun || strays.has(instanceNumber(instance)) };
    }
  }

  #at(instance: string, chain: number): Open {
    let open = this.#open.get(instance);
    if (open === undefined) {
      this.#open.set(
        instance,
        open = { chain, group: 0, submit: undefined, end: undefined, hasBegun: false },
      );
    }
    return open;
  }

  #whole(instance: string, { chain, group, submit, end }: Open): Whole | undefined {
    if (submit === undefined || end === undefined) return undefined;
    this.#open.delete(instance);
    return { chain, group, submit, end };
  }
}
