import {
  argsText,
  type Calling,
  type Clock,
  type FunctionEvent,
  type FunctionSpec,
  type Instance,
  type JsonText,
  NULL,
  Stop,
  TriggeredChain,
  writeJson,
} from "../../model/mod.ts";
import { type Deadline, Deadlines } from "../calls/deadlines.ts";
import { idempotencyKey, payloadOf } from "../calls/event.ts";
import type { ChainCallEnd } from "../platform.ts";
import type { CallEnd, FunctionRunner } from "./function_runner.ts";
import type { CallMode } from "../../provider/mod.ts";
import type { Turns } from "./turns.ts";

/** The parts that a host of chains works with. */
export interface ChainHostOptions {
  readonly turns: Turns;
  readonly runner: FunctionRunner;
  readonly clock: Clock;
  /** The mode in which functions call their successors. */
  readonly successors: CallMode;
  /** Called for every call that the provider refuses. */
  readonly refused?: () => void;
  /**
   * Returns the function that tells a collector (`host:port`) that the call of a key starts; undefined if that collector is not
   * to be told. (Default: none is)
   */
  readonly reporting?: (key: string, collector: string) => (() => CallEnd) | undefined;
  /** Ends all chains. */
  readonly stop: AbortSignal;
}

/** Longest event of a call within a chain, in bytes; as AWS Lambda's for asynchronous calls. */
const MAX_EVENT_BYTES = 256 * 1024;
const NOWHERE = { ip: "127.0.0.1", port: 0 };
const ENDED = "the local platform ended";

/**
 * Runs chains the provider's way: the first functions are HTTP calls, each triggers its successors when it has ended, and a
 * call that the provider refuses is lost, with the chain.
 */
export class ChainHost {
  readonly #options: ChainHostOptions;
  readonly #deadlines: Deadlines;
  #open = 0;

  constructor(options: ChainHostOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock);
  }

  /** Whether a function can be run here: one with a body only where that is. */
  answersFor({ name, served }: FunctionSpec): boolean {
    return served !== true || this.#options.runner.hasBody(name);
  }

  /** Ends all chains. */
  get stop(): AbortSignal {
    return this.#options.stop;
  }

  /** Chains under way. */
  get open(): number {
    return this.#open;
  }

  /**
   * Runs a chain that decides nothing.
   *
   * @param told called for each call that has ended
   * @param collector the address to which its functions tell of themselves, as `host:port`; undefined: none
   * @returns why it was dropped, if it was
   */
  async run(
    instance: Instance,
    told: (end: ChainCallEnd) => void,
    collector?: string,
  ): Promise<string | undefined> {
    const run = new ChainRun(instance, told, this.#options, this.#deadlines, collector);
    this.#open++;
    try {
      return await run.begin();
    } finally {
      this.#open--;
    }
  }
}

/** The end of a call, seen by the host. */
interface End {
  readonly status: number;
  readonly cold: boolean;
  readonly lost?: string;
  readonly output?: JsonText;
}

/** A call that was made. */
interface Made {
  readonly mode: CallMode;
  readonly calledAtMs: number;
  /** When the provider let it begin. (Default: it has not yet) */
  turnAtMs?: number;
}

/** One chain under way. */
class ChainRun {
  readonly #run: TriggeredChain;
  readonly #outputs: JsonText[] = [];
  readonly #startMs: number;
  readonly #over = Promise.withResolvers<string | undefined>();

  constructor(
    readonly instance: Instance,
    readonly told: (end: ChainCallEnd) => void,
    readonly host: ChainHostOptions,
    readonly deadlines: Deadlines,
    readonly collector: string | undefined,
  ) {
    this.#run = new TriggeredChain(instance.chain);
    this.#startMs = host.clock.nowMs();
  }

  begin(): Promise<string | undefined> {
    this.#trigger(this.#run.begin(), "http");
    return this.#over.promise;
  }

  #trigger(due: readonly Calling[], mode: CallMode): void {
    for (const call of due) this.#call(call, mode);
  }

  /** Makes a call; an HTTP caller that waits for it gives up in time, and the function runs on. */
  #call(call: Calling, mode: CallMode): void {
    const made: Made = { mode, calledAtMs: this.host.clock.nowMs() }, gone = new Stop();
    let deadline: Deadline | undefined, isOver = false;
    const end = (how: End): void => {
      if (isOver) return;
      isOver = true;
      if (deadline !== undefined) this.deadlines.end(deadline);
      this.#ended(call, made, how);
    };
    if (mode === "http") {
      deadline = this.deadlines.begin(this.instance.chain.nodes[call.node]!.fn.timeoutMs, () => {
        gone.abort();
        end({ status: 0, cold: false, lost: "timeout" });
      });
    }
    void this.#make(call, made, gone, end);
  }

  async #make({ node }: Calling, made: Made, gone: Stop, end: (how: End) => void): Promise<void> {
    const { turns, runner, clock, stop } = this.host;
    const { fn: { name, time } } = this.instance.chain.nodes[node]!;
    if (stop.aborted) return end({ status: 0, cold: false, lost: ENDED });
    const entry = turns.enter(name, made.mode, () => gone);
    if (entry.kind === "refused") {
      this.host.refused?.();
      return end({ status: 429, cold: false, lost: "refused" });
    }
    const turn = entry.kind === "queued" ? await entry.turn : entry;
    if (turn === undefined) return end({ status: 0, cold: false, lost: ENDED });
    made.turnAtMs = clock.nowMs();
    const { cold } = turn;
    try {
      const answer = await runner.run(turn, {
        ...{ name, time, sent: "", event: () => this.#event(node) },
        starts: this.#reporting(node),
      });
      const output = writeJson(answer);
      end(stop.aborted ? { cold, status: 0, lost: ENDED } : { cold, status: 200, output });
    } catch (error) {
      end({ cold, status: 500, lost: `failed: ${(error as Error)?.message ?? error}` });
    }
  }

  #reporting(node: number): (() => CallEnd) | undefined {
    const { collector, instance, host: { reporting } } = this;
    return collector === undefined ? undefined : reporting?.(idempotencyKey({ instance, node }), collector);
  }

  /** The event that a function with a body receives. */
  #event(node: number): FunctionEvent {
    const { instance } = this, { nodes } = instance.chain;
    const { fn: spec, after } = nodes[node]!;
    const args = argsText(nodes[node]!);
    const inputs = Object.fromEntries(
      after.map((before) => [nodes[before]!.name, this.#outputs[before] ?? NULL]),
    );
    const event = payloadOf({ spec, instance, node, attempt: 1, args, inputs }, NOWHERE);
    const length = new TextEncoder().encode(event).length;
    if (length > MAX_EVENT_BYTES) {
      throw new RangeError(`its event of ${length} bytes is longer than ${MAX_EVENT_BYTES}`);
    }
    return JSON.parse(event);
  }

  #ended({ node }: Calling, { mode, calledAtMs, turnAtMs = calledAtMs }: Made, how: End): void {
    const { status, cold, lost, output = NULL } = how;
    // Who calls by HTTP waits for the answer from the call on: the provider alone knows when it began.
    const startedAtMs = mode === "http" ? calledAtMs : turnAtMs;
    const runMs = this.host.clock.nowMs() - startedAtMs, providerQueuedMs = turnAtMs - startedAtMs;
    this.#outputs[node] = output;
    const queuedMs = startedAtMs - calledAtMs, atMs = startedAtMs - this.#startMs;
    this.told({
      ...{ node, atMs, queuedMs, runMs, status, cold },
      ...providerQueuedMs > 0 && { providerQueuedMs },
      ...lost !== undefined && { lost },
    });
    this.#trigger(this.#run.end({ node }, runMs - providerQueuedMs, lost), this.host.successors);
    if (this.#run.open === 0) this.#over.resolve(this.#run.lost);
  }
}
