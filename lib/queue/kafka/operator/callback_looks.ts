import type { Clock } from "../../../model/mod.ts";
import {
  type CallbackCounts,
  type CallbackFilter,
  callbackTest,
  type CallbackView,
  toldEnd,
} from "../../callbacks.ts";
import { countStates } from "../../due_callbacks.ts";
import type { Link } from "../client/link.ts";
import { EndReader, type WholeEnd } from "../log/end_reader.ts";
import type { PartitionCallback } from "../log/partition_callbacks.ts";
import type { PartitionState } from "../log/partition_state.ts";
import type { TopicNames } from "../log/topics.ts";

/** The parts with which callbacks are looked at. */
export interface CallbackLooksOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly names: TopicNames;
  readonly partitions: number;
  /** Time for which settled callbacks are shown, in milliseconds. */
  readonly keepMs: number;
  readonly states: readonly (readonly [partition: number, state: PartitionState])[];
}

/** The callbacks of all partitions, as some states of them tell. */
export class CallbackLooks {
  readonly #options: CallbackLooksOptions;

  constructor(options: CallbackLooksOptions) {
    this.#options = options;
  }

  /** Those that a filter means, oldest first. */
  async *list(filter: CallbackFilter): AsyncGenerator<CallbackView> {
    const { link, names, partitions } = this.#options;
    const ends = new EndReader(link, names.finished, partitions);
    const found = this.#meant(filter);
    let left = filter.limit ?? Infinity;
    for (const [partition, each] of found.sort(([, a], [, b]) => a.endedAtMs - b.endedAtMs)) {
      if (left-- <= 0) return;
      const whole = await ends.read(partition, each);
      if (whole?.instance.callback !== undefined) yield callbackView(each, whole);
    }
  }

  /** Those that a filter means, and their partitions. */
  find(filter: CallbackFilter): { readonly id: string; readonly partition: number }[] {
    return this.#meant(filter).map(([partition, { id }]) => ({ id, partition }));
  }

  #meant(filter: CallbackFilter): (readonly [partition: number, callback: PartitionCallback])[] {
    const isMeant = callbackTest(filter);
    return this.#all().filter(([, each]) => isMeant(each));
  }

  #all(): (readonly [partition: number, callback: PartitionCallback])[] {
    const { clock, keepMs, states } = this.#options, afterMs = clock.wallMs() - keepMs;
    return states.flatMap(([partition, state]) =>
      [...state.callbacks.all(afterMs)].map((each) => [partition, each] as const)
    );
  }

  counts(): CallbackCounts {
    return countStates(this.#all().map(([, { state }]) => state));
  }
}

function callbackView(of: PartitionCallback, { instance, reason }: WholeEnd): CallbackView {
  const { id, state, attempts, atMs, failure, outcome, endedAtMs } = of;
  return {
    ...{ id, state, attempts, atMs },
    ...failure !== undefined && { failure },
    callback: instance.callback!,
    end: toldEnd(instance, { outcome, endedAtMs, reason }),
  };
}
