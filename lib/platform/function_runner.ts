import {
  type Clock,
  type Distribution,
  type FunctionDefinition,
  type FunctionEvent,
  type Json,
  type Random,
  sampleMs,
} from "../model/mod.ts";
import type { Turn, Turns } from "./turns.ts";

/** What runs functions. */
export interface FunctionRunnerOptions {
  readonly turns: Turns;
  readonly clock: Clock;
  readonly random: Random;
  /** Functions with a body, or with times of their own; others run as long as their caller says. */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** How many times as fast functions without a body run. */
  readonly speed: number;
  /** Ends cold starts and functions without a body at once. */
  readonly stop: AbortSignal;
}

/** A call whose turn has come. */
export interface TurnedCall {
  readonly name: string;
  /** What a body receives; asked for in any case, as soon as the container is there. */
  readonly event: () => FunctionEvent | undefined | Promise<FunctionEvent | undefined>;
  /** How long it runs if it has neither a body nor a time of its own. */
  readonly time: () => Distribution | undefined;
  /** Told when it starts, after its container has; and when it has ended, by what that gives. */
  readonly starts?: (() => CallEnd) | undefined;
}

/** Is to be told that a call has ended, and waited for, which it makes short. */
export interface CallEnd {
  end(): Promise<void>;
}

/** Runs the functions of the local platform in the containers that they got. */
export class FunctionRunner {
  readonly #options: FunctionRunnerOptions;
  #served = 0;

  constructor(options: FunctionRunnerOptions) {
    this.#options = options;
  }

  /** How many functions have ended. */
  get served(): number {
    return this.#served;
  }

  /** Whether what a function answers depends on what it is given. */
  hasBody(name: string): boolean {
    return this.#options.functions.get(name)?.run !== undefined;
  }

  /**
   * Runs a function, and leaves its container.
   *
   * @returns what it answers
   * @throws whatever its body, or who reads its event, does
   */
  async run(turn: Turn, call: TurnedCall): Promise<Json> {
    const { clock, turns, stop } = this.#options;
    let started: CallEnd | undefined;
    try {
      if (turn.delayMs > 0) await clock.until(clock.nowMs() + turn.delayMs, stop);
      started = call.starts?.();
      return await this.#answer(call);
    } finally {
      if (started !== undefined) await started.end();
      this.#served++;
      turns.leave(call.name);
    }
  }

  async #answer({ name, event, time }: TurnedCall): Promise<Json> {
    const { clock, functions, random, speed, stop } = this.#options;
    const definition = functions.get(name);
    const startedAtMs = clock.nowMs();
    const given = event();
    const received = given instanceof Promise ? await given : given;
    if (definition?.run !== undefined) return await definition.run(received!) ?? null;
    const takes = definition?.time ?? time();
    if (takes !== undefined) await clock.until(startedAtMs + sampleMs(takes, random) / speed, stop);
    return ANSWER;
  }
}

/** What functions without a body answer. */
const ANSWER: Json = { ok: true };
