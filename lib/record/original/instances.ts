import { NO_LABELS } from "../../model/mod.ts";
import type { RunEvent } from "../events.ts";
import { OriginalInstance } from "./instance.ts";
import type { CallLine, CallSide, SubmitLine } from "./line.ts";

/**
 * The longest time that a call can take, in milliseconds: the original's consumer waits no longer for an answer, AWS Lambda
 * lets a function run no longer.
 */
export const LONGEST_CALL_MS: Readonly<Record<CallSide, number>> = { consumer: 300_000, function: 900_000 };

/** Instances that are over whose functions may yet tell of their ends; of more, the oldest are forgotten. */
const MOST_OVER = 10_000;
/** The time after the end of an instance in which its functions may tell of their ends, in milliseconds: clocks do not agree. */
const GRACE_MS = 5000;

/** The instances of one id that have not ended, each list in the order of their beginning. */
interface Namesakes {
  readonly waiting: OriginalInstance[];
  readonly running: OriginalInstance[];
}

/**
 * Follows the instances of the original's chains through its lines, which must come in the order of their times, and tells
 * them apart: its ids repeat, even among instances under way.
 *
 * - A submission begins an instance, the second of an id is called `…#2`.
 * - A start belongs to the instance of its id that lacks it and that a call has ended of last (what comes next comes at
 *   once); if there is none, to the one that was submitted first and has not started; if there is none, it begins an instance.
 * - An end belongs to the start that came first, as the original has it, if that is not too long ago.
 *
 * Among instances of one id that run at once some may so be taken for each other; sums and counts stay right.
 *
 * Holds the instances that have not ended, and a number for each id.
 */
export class OriginalInstances {
  readonly #open = new Map<string, Namesakes>();
  /** The last instance of an id that has ended, if some of its functions have not, by their own clocks. */
  readonly #over = new Map<string, OriginalInstance>();
  readonly #begun = new Map<string, number>();
  /** Whose times are the attempts'. The other side's are used where this one's are missing. */
  #deciding: CallSide = "function";
  /** Instances without a line of their submission. */
  unsubmitted = 0;
  /** Ends without a line of the start. */
  unstarted = 0;
  /** Calls without a line of the end; complete after {@linkcode finish}. */
  unanswered = 0;

  /** From now on the consumer's times are the attempts'. */
  decideByConsumer(): void {
    this.#deciding = "consumer";
  }

  submit({ chain, instance: id, atMs }: SubmitLine): RunEvent {
    const instance = this.#begin(chain, id, atMs);
    this.#namesakes(id).waiting.push(instance);
    return submission(instance, atMs);
  }

  *call(line: CallLine): Generator<RunEvent> {
    if (line.status === "start") yield* this.#start(line);
    else yield* this.#end(line);
  }

  /**
   * Ends the instances under way, and forgets those that have not started. Call it when no more lines of them can come.
   *
   * @param atMs the time of the last line, in milliseconds since 1970
   */
  *finish(atMs: number): Generator<RunEvent> {
    for (const { running } of this.#open.values()) {
      for (const instance of running) yield* this.#conclude(instance, atMs);
    }
    this.#open.clear();
    this.#over.clear();
  }

  *#start(line: CallLine): Generator<RunEvent> {
    const { side, atMs, call: { chain, instance: id, node } } = line;
    const namesakes = this.#open.get(id);
    const lacking = namesakes?.running.filter((instance) => !instance.hasStarted(node, side)) ?? [];
    let instance = lacking.find((instance) => instance.hasStarted(node, OTHER[side])) ?? lastEnded(lacking);
    if (instance === undefined) {
      // An instance that has ended by the clock of the one side may go on a little by the other's.
      if (namesakes === undefined && side !== this.#deciding && this.#begun.has(id)) return;
      instance = namesakes?.waiting.shift();
      if (instance === undefined) {
        this.unsubmitted++;
        instance = this.#begin(chain, id, undefined);
        yield submission(instance, atMs);
      }
      this.#namesakes(id).running.push(instance);
    }
    instance.start(line);
  }

  *#end(line: CallLine): Generator<RunEvent> {
    const { side, call: { instance: id, node } } = line;
    const instance = this.#endingOf(line);
    if (instance === undefined) {
      if (side === this.#deciding) this.unstarted++;
      return;
    }
    instance.end(line);
    if (side !== this.#deciding) return yield* instance.tell(node);
    yield* instance.count(node);
    if (!instance.isComplete) return;
    this.#forget(id, instance);
    if (instance.hasFunctionsOpen) this.#keep(id, instance);
    yield* this.#conclude(instance, line.atMs);
  }

  #endingOf({ side, atMs, call: { instance: id, node } }: CallLine): OriginalInstance | undefined {
    const running = this.#open.get(id)?.running ?? [], over = this.#over.get(id);
    const isNear = over !== undefined && atMs - over.endedAtMs! <= GRACE_MS;
    const open = [...isNear ? [over] : [], ...running].flatMap((instance) => {
      const sinceMs = instance.openSinceMs(node, side);
      return sinceMs === undefined ? [] : [{ instance, sinceMs }];
    }).sort((a, b) => a.sinceMs - b.sinceMs);
    return (open.find(({ sinceMs }) => atMs - sinceMs <= LONGEST_CALL_MS[side]) ?? open.at(-1))?.instance;
  }

  /** Its functions end later by their own clocks. */
  #keep(id: string, instance: OriginalInstance): void {
    this.#over.set(id, instance);
    if (this.#over.size > MOST_OVER) this.#over.delete(this.#over.keys().next().value!);
  }

  #begin(chain: string, id: string, submittedAtMs: number | undefined): OriginalInstance {
    const number = (this.#begun.get(id) ?? 0) + 1;
    this.#begun.set(id, number);
    return new OriginalInstance(number === 1 ? id : `${id}#${number}`, chain, submittedAtMs);
  }

  #namesakes(id: string): Namesakes {
    let namesakes = this.#open.get(id);
    if (namesakes === undefined) this.#open.set(id, namesakes = { waiting: [], running: [] });
    return namesakes;
  }

  #forget(id: string, instance: OriginalInstance): void {
    const { waiting, running } = this.#namesakes(id);
    running.splice(running.indexOf(instance), 1);
    if (running.length === 0 && waiting.length === 0) this.#open.delete(id);
  }

  *#conclude(instance: OriginalInstance, atMs: number): Generator<RunEvent> {
    yield* instance.countRest();
    const { id, chain, unanswered, endedAtMs = atMs } = instance;
    this.unanswered += unanswered.length;
    const end = { type: "end", chain, instance: id } as const;
    if (instance.isOver) yield { ...end, outcome: "completed", endedAtMs };
    else yield { ...end, outcome: "dropped", endedAtMs: atMs, reason: reasonOf(unanswered) };
  }
}

function submission({ id, chain }: OriginalInstance, submittedAtMs: number): RunEvent {
  return { type: "submit", chain, instance: id, submittedAtMs, labels: NO_LABELS, weight: 1 };
}

const OTHER = { consumer: "function", function: "consumer" } as const;

/** The one that a call has ended of last; undefined if none has had an end. */
function lastEnded(instances: readonly OriginalInstance[]): OriginalInstance | undefined {
  let last: OriginalInstance | undefined;
  for (const instance of instances) {
    const atMs = instance.endedAtMs;
    if (atMs !== undefined && atMs >= (last?.endedAtMs ?? -Infinity)) last = instance;
  }
  return last;
}

function reasonOf(unanswered: readonly string[]): string {
  return unanswered.length === 0
    ? "nothing has started after its last answer"
    : `${unanswered.join(", ")}: no answer is in the log`;
}
