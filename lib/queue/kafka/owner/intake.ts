import { conflictReason, contentOf, isSameContent } from "../../content.ts";
import type { Instance } from "../../../model/mod.ts";
import type { EndSource } from "../log/end_reader.ts";
import type { Entry } from "../log/entry.ts";
import type { Journal } from "./journal.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Copy, Read, Unreadable } from "../log/messages.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { MOVED } from "../log/records.ts";
import { isOriginals } from "../original/mod.ts";

/** The parts with which the owner of a partition takes messages in. */
export interface IntakeOptions {
  readonly partition: number;
  readonly state: PartitionState;
  /** Messages of `pending` in the original's format before this offset are passed over. (Default: 0) */
  readonly passBefore?: number;
  /** Reads ended instances. */
  readonly ends: EndSource;
  /** The delayed instance of an id. (Default: nothing is delayed) */
  delayed?(id: string): Promise<Instance | undefined>;
  /** The partition in which an id is submitted. */
  homeOf(id: string): number;
  /** Sends a message to the partition where it should lie. */
  moveHome(record: IncomingRecord, partition: number): Promise<void>;
  /** Sets a message aside that is no instance, or brings a known id with another content. */
  setAside(bad: Unreadable): Promise<void>;
  /** Called with what makes it impossible to go on as the owner. */
  failed(error: unknown): void;
}

/** Calls of an intake to the owner of its partition. */
export interface IntakeHooks {
  /** An instance waits. */
  waits(entry: Entry): void;
  /** Nothing is to be done about a message; its end stands in `finished` at an offset, if it has one. */
  isOver(offset: number, resultAt: number | undefined): void;
}

/** Decides what becomes of the messages of a partition that its owner reads. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #journal: Journal;
  readonly #hooks: IntakeHooks;

  constructor(options: IntakeOptions, journal: Journal, hooks: IntakeHooks) {
    this.#options = options;
    this.#journal = journal;
    this.#hooks = hooks;
  }

  /** Takes a message that has been read. */
  take(record: IncomingRecord, { place, entry, copy, unreadable, resultAt }: Read): void {
    const { passBefore = 0 } = this.#options;
    if (entry !== undefined) {
      if (place.offset < passBefore && isOriginals(record)) this.#pass(entry);
      else if (this.#isStray(entry, record)) this.#move(entry, record);
      else this.#hooks.waits(entry);
    } else if (unreadable !== undefined) this.#watch(this.#setAside(unreadable));
    else if (copy !== undefined) this.#passOver(copy);
    else this.#hooks.isOver(place.offset, resultAt);
  }

  /** The original may have run it. */
  #pass(entry: Entry): void {
    this.#leave(entry, Promise.resolve());
  }

  /** Another program has chosen its partition, or an older version of Sequoia; what may have begun stays. */
  #isStray({ instance: { id }, resumed, records, called }: Entry, { headers }: IncomingRecord): boolean {
    const { homeOf, partition } = this.#options;
    return !resumed && records.size === 0 && called.size === 0 && headers[MOVED] === undefined &&
      homeOf(id) !== partition;
  }

  #move(entry: Entry, record: IncomingRecord): void {
    const { homeOf, moveHome } = this.#options;
    this.#leave(entry, moveHome(record, homeOf(entry.instance.id)));
  }

  /** A message brings no instance here, from when on some work is done. */
  #leave({ place, instance: { id } }: Entry, work: Promise<void>): void {
    this.#options.state.passOver(id, place);
    this.#watch(work.then(() => this.#journal.passOver(place, id)));
  }

  /** A copy would be an instance of its own when the other is forgotten. */
  #passOver(copy: Copy): void {
    const { place, instance: { id } } = copy;
    const { state } = this.#options;
    state.passOver(id, place);
    const known = state.entries.get(id)?.instance;
    const isSame = known !== undefined && isSameContent(contentOf(known), contentOf(copy.instance));
    this.#watch(isSame ? this.#journal.passOver(place, id) : this.#passOverOther(copy, known));
  }

  /** Sets a copy aside if it asks for something else than the first. @param known the first, unless it has ended */
  async #passOverOther({ place, instance, bytes }: Copy, known: Instance | undefined): Promise<void> {
    const { state, ends, partition } = this.#options, { id } = instance;
    const end = state.ends.get(id);
    const first = known ?? (end && (await ends.read(partition, end))?.instance) ??
      await this.#options.delayed?.(id);
    if (first === undefined && end === undefined && !state.entries.has(id)) {
      return this.#takeAfterAll(place, instance);
    }
    if (first !== undefined && !isSameContent(contentOf(first), contentOf(instance))) {
      await this.#options.setAside({ place, bytes, reason: conflictReason(id, contentOf(first)) });
    }
    await this.#journal.passOver(place, id);
  }

  /** Only the hash of its id was that of a delayed one. */
  #takeAfterAll(place: Copy["place"], instance: Instance): void {
    this.#hooks.waits(this.#options.state.add(instance, { place, run: 0, state: "queued" }, false));
  }

  async #setAside(bad: Unreadable): Promise<void> {
    await this.#options.setAside(bad);
    await this.#journal.passOver(bad.place);
  }

  /** Sees to something that nobody waits for. */
  #watch(work: Promise<unknown>): void {
    work.catch((error) => this.#options.failed(error));
  }
}
