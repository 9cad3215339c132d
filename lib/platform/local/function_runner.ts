import {
  checkDistribution,
  type Clock,
  type Distribution,
  type FunctionBody,
  type FunctionDefinition,
  type FunctionEvent,
  type Json,
  type Random,
  sampleMs,
} from "../../model/mod.ts";
import type { StrayErrors } from "./stray_errors.ts";
import type { Turn, Turns } from "./turns.ts";

/** The parts that a runner of functions works with. */
export interface FunctionRunnerOptions {
  readonly turns: Turns;
  readonly clock: Clock;
  readonly random: Random;
  /** Functions with a body, or with times of their own; others are modelled: they run as long as their caller says. */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** Runs bodies. (Default: they are only called) */
  readonly strays?: Pick<StrayErrors, "run">;
  /** The speed of functions without a body, as a multiple of the declared one. */
  readonly speed: number;
  /** Ends cold starts and functions without a body at once. */
  readonly stop: AbortSignal;
}

/** A call whose turn has come. */
export interface TurnedCall {
  readonly name: string;
  /** The text that the function was sent, or is being sent: the call does not end before. */
  readonly sent: string | Promise<string>;
  /** The event that its body receives, if it has one. */
  readonly event: (sent: string) => FunctionEvent;
  /** The run time of a function that has neither a body nor a time of its own; a text is JSON. */
  readonly time?: Distribution | string | undefined;
  /** Called when the function starts, after its container has. `end` of the result is called when the function has ended. */
  readonly starts?: (() => CallEnd) | undefined;
  /**
   * Called with the text that the function was sent, if there is no `starts`. `end` of the result is called when the function
   * has ended.
   */
  readonly onBody?: ((sent: string) => CallEnd | undefined) | undefined;
}

/** The end of a call, to be awaited; it takes a short time only. */
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

  /** The number of functions that have ended. */
  get served(): number {
    return this.#served;
  }

  /** The names of the functions with a body. */
  get bodies(): readonly string[] {
    return [...this.#options.functions.values()].filter(({ run }) => run !== undefined).map(({ name }) =>
      name
    );
  }

  /** Whether a function has a body here. */
  hasBody(name: string): boolean {
    return this.#options.functions.get(name)?.run !== undefined;
  }

  /**
   * Runs a function, and leaves its container. A call that takes no time goes by as few promises as can be: they would be half
   * of what such a call costs.
   *
   * @returns the function's answer, or rejects with the error of its body or of its sender
   */
  run(turn: Turn, call: TurnedCall): Json | Promise<Json> {
    const definition = this.#options.functions.get(call.name);
    const takesTime = definition?.run ?? definition?.time ?? call.time;
    if (turn.delayMs > 0 || (takesTime ?? call.starts) !== undefined) {
      return this.#run(turn, call, definition);
    }
    const { name, sent } = call;
    const end = (text: string): Json | Promise<Json> => {
      const started = call.onBody?.(text);
      if (started !== undefined) return this.#end(name, started);
      this.#leave(name);
      return ANSWER;
    };
    if (typeof sent === "string") return end(sent);
    return sent.then(end, (error) => {
      this.#leave(name);
      throw error;
    });
  }

  async #run(turn: Turn, call: TurnedCall, definition: FunctionDefinition | undefined): Promise<Json> {
    const { clock, random, speed, stop } = this.#options;
    if (call.sent instanceof Promise) call.sent.catch(() => {}); // it may break off before anybody waits for it
    let started: CallEnd | undefined;
    try {
      if (turn.delayMs > 0) await clock.until(clock.nowMs() + turn.delayMs, stop);
      started = call.starts?.();
      if (definition?.run !== undefined) {
        const sent = await call.sent;
        started ??= call.onBody?.(sent);
        return await this.#body(definition.run, call.name, call.event(sent)) ?? null;
      }
      const time = definition?.time ?? (typeof call.time === "string" ? readTime(call.time) : call.time);
      const endMs = time === undefined ? 0 : clock.nowMs() + sampleMs(time, random) / speed;
      const sent = await call.sent;
      started ??= call.onBody?.(sent);
      if (endMs > 0) await clock.until(endMs, stop);
      return ANSWER;
    } finally {
      try {
        await started?.end();
      } finally {
        this.#leave(call.name);
      }
    }
  }

  async #body(run: FunctionBody, name: string, event: FunctionEvent): Promise<Json | undefined> {
    const { strays } = this.#options;
    return strays === undefined ? await run(event) : await strays.run(name, () => run(event));
  }

  async #end(name: string, started: CallEnd): Promise<Json> {
    try {
      await started.end();
      return ANSWER;
    } finally {
      this.#leave(name);
    }
  }

  #leave(name: string): void {
    this.#served++;
    this.#options.turns.leave(name);
  }
}

/** The answer of functions without a body. */
export const ANSWER: Json = { ok: true };

function readTime(text: string): Distribution {
  return checkDistribution(JSON.parse(text));
}
