import type { AttemptEvent, RunEvent } from "../events.ts";
import { functionRunOf } from "../function_run.ts";
import type { CallLine, CallSide, OriginalCall } from "./line.ts";

/** When one side saw a call, in milliseconds since 1970. */
interface Times {
  readonly startedAtMs: number;
  /** From when it was ready, as far as that is known. */
  readonly queuedMs: number;
  endedAtMs?: number;
}

/** A node's call, as the two sides saw it. */
interface Call {
  readonly of: OriginalCall;
  readonly sides: Partial<Record<CallSide, Times>>;
  /** The attempt that it was, once it has been counted. */
  attempt?: AttemptEvent;
  /** The run time of its function has been told. */
  isRecorded: boolean;
}

/** The times of a call: the consumer's where it has any, as they hold the answer's way back too. */
const timesOf = ({ sides }: Call): Times => (sides.consumer ?? sides.function)!;

/** An instance of a chain that has not ended, with its calls so far. */
export class OriginalInstance {
  readonly id: string;
  readonly chain: string;
  readonly #calls = new Map<string, Call>();
  #lastNodes: ReadonlySet<string> = new Set();
  /** The last nodes that have not been counted yet. */
  #awaited = new Set<string>();
  #readyAtMs: number | undefined;
  #endedAtMs: number | undefined;

  /** @param submittedAtMs in milliseconds since 1970; undefined if the log does not say */
  constructor(id: string, chain: string, submittedAtMs: number | undefined) {
    this.id = id;
    this.chain = chain;
    this.#readyAtMs = submittedAtMs;
  }

  /** When a call ended last, in milliseconds since 1970; undefined if none has. */
  get endedAtMs(): number | undefined {
    return this.#endedAtMs;
  }

  /** Whether all of its last nodes have been counted; never if they are not known. */
  get isComplete(): boolean {
    return this.#awaited.size === 0 && this.#lastNodes.size > 0;
  }

  hasStarted(node: string, side: CallSide): boolean {
    return this.#calls.get(node)?.sides[side] !== undefined;
  }

  /** When a call started, in milliseconds since 1970, if that side has seen its start, but not its end. */
  openSinceMs(node: string, side: CallSide): number | undefined {
    const times = this.#calls.get(node)?.sides[side];
    return times?.endedAtMs === undefined ? times?.startedAtMs : undefined;
  }

  start({ side, atMs, call: of }: CallLine): void {
    if (this.#calls.size === 0) {
      this.#lastNodes = new Set(of.lastNodes);
      this.#awaited = new Set(of.lastNodes);
    }
    let call = this.#calls.get(of.node);
    if (call === undefined) this.#calls.set(of.node, call = { of, sides: {}, isRecorded: false });
    call.sides[side] = { startedAtMs: atMs, queuedMs: Math.max(0, atMs - (this.#readyAtMs ?? atMs)) };
  }

  /** Ends a call that is open on that side. Calls must come in the order of time. */
  end({ side, atMs, call: { node } }: CallLine): void {
    const call = this.#calls.get(node)!, times = call.sides[side]!;
    times.endedAtMs = atMs;
    if (times !== timesOf(call)) return;
    this.#endedAtMs = atMs;
    // The original's chains are trees, so nothing comes after a last node.
    if (!this.#lastNodes.has(node)) this.#readyAtMs = atMs;
  }

  /** The attempt that a call was, once it has ended, and once only. */
  *count(node: string): Generator<RunEvent> {
    const call = this.#calls.get(node)!, { startedAtMs, endedAtMs, queuedMs } = timesOf(call);
    if (call.attempt !== undefined || endedAtMs === undefined) return;
    this.#awaited.delete(node);
    call.attempt = {
      function: call.of.function,
      chain: this.chain,
      instance: this.id,
      node,
      attempt: 1,
      startedAtMs,
      runMs: Math.max(0, endedAtMs - startedAtMs),
      outcome: "ok",
      settled: true,
      status: 0,
      queuedMs,
      cold: false,
      platform: call.of.platform,
    };
    yield { type: "attempt", ...call.attempt };
    yield* this.tell(node);
  }

  /** Yields the run time of the function of a call that has been counted, once the function has told it, and once only. */
  *tell(node: string): Generator<RunEvent> {
    const call = this.#calls.get(node)!, { attempt, sides: { consumer, function: own } } = call;
    if (call.isRecorded || attempt === undefined || own?.endedAtMs === undefined) return;
    call.isRecorded = true;
    const { startedAtMs, endedAtMs } = own;
    const { providerQueuedMs, ...run } = functionRunOf(attempt, { startedAtMs, endedAtMs });
    // The wait at the provider shows only beside the consumer's times.
    const waited = consumer === undefined || providerQueuedMs === undefined ? {} : { providerQueuedMs };
    yield { type: "functionRun", ...run, ...waited };
  }

  /** Whether functions of it run, as far as they have said themselves. */
  get hasFunctionsOpen(): boolean {
    return [...this.#calls.keys()].some((node) => this.openSinceMs(node, "function") !== undefined);
  }

  /** The attempts that only the side which does not decide has seen: to be called when no more can come. */
  *countRest(): Generator<RunEvent> {
    for (const node of this.#calls.keys()) yield* this.count(node);
  }

  /** After {@linkcode countRest}: the nodes whose calls have no end. */
  get unanswered(): string[] {
    return [...this.#calls].filter(([, { attempt }]) => attempt === undefined).map(([node]) => node);
  }

  /** After {@linkcode countRest}: whether it has ended, as far as can be told. Without known last nodes: if nothing is open. */
  get isOver(): boolean {
    return this.#lastNodes.size > 0 ? this.isComplete : this.unanswered.length === 0;
  }
}
