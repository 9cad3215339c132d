import {
  argsText,
  type Chain,
  chain,
  type Clock,
  constant,
  counted,
  fn,
  type FunctionOptions,
  type Instance,
  instanceMaker,
  type Random,
} from "../../model/mod.ts";
import { type Answer, MODE_HEADER, type Platform } from "../../platform/mod.ts";
import { type Lab, OutOfCallsError, type PlannedCall, type SeenCall } from "./lab.ts";

/** A real platform, and how it is called. */
export interface PlatformLabOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Draws ids, and the names of functions. */
  readonly ids: Random;
  /** Most calls in all. */
  readonly maxCalls: number;
  /** The one function that there is. Without it functions are on the local platform: any number, of any run time. */
  readonly url?: string;
  readonly method?: FunctionOptions["method"];
  /** Headers that make a call of the URL's a background call, if it is known how. */
  readonly background?: Readonly<Record<string, string>> | undefined;
  /** Ends an experiment at once. */
  readonly signal: AbortSignal;
}

/** If a platform does not tell, calls that take longer than twice the shortest plus this, in milliseconds, are cold. */
const COLD_MS = 50;

/** A lab over a real platform, in real time. */
export class PlatformLab implements Lab {
  readonly setsTime: boolean;
  readonly hasFunctions: boolean;
  readonly hasBackground: boolean;
  readonly #options: PlatformLabOptions;
  readonly #make: ReturnType<typeof instanceMaker>;
  readonly #id: string;
  #calls = 0;
  #shortestMs = Infinity;

  constructor(options: PlatformLabOptions) {
    this.#options = options;
    this.setsTime = this.hasFunctions = options.url === undefined;
    this.hasBackground = options.url === undefined || options.background !== undefined;
    this.#make = instanceMaker(options.ids);
    this.#id = Math.floor(options.ids.next() * 2 ** 32).toString(36); // what others probed may still be warm
  }

  get nowMs(): number {
    return this.#options.clock.nowMs();
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  async run(plan: readonly PlannedCall[], toCome = 0): Promise<SeenCall[]> {
    const { platform, clock, signal, maxCalls } = this.#options;
    const left = maxCalls - this.#calls, needed = plan.length + toCome;
    if (needed > left) {
      const calls = counted(needed, "call");
      throw new OutOfCallsError(
        `it takes ${calls}, and --calls leaves ${left}. Write --calls ${this.#calls + needed} or more`,
      );
    }
    this.#calls += plan.length;
    const chains = new Map<string, Chain>();
    const due = plan.toSorted((a, b) => a.atMs - b.atMs).map((call) => ({
      call,
      chain: this.#chain(call, chains),
    }));
    const [first] = due;
    if (first === undefined) return []; // of a limit below 1, as a busy machine may find, there is nothing to plan
    const atOnce = due.filter(({ call }) => call.atMs === first.call.atMs).length;
    await platform.prepare?.(first.chain.nodes[0]!.fn, atOnce, signal);
    const startMs = clock.nowMs();
    const seen: Promise<SeenCall>[] = [];
    for (const { call, chain } of due) {
      const atMs = startMs + call.atMs;
      if (atMs > clock.nowMs()) await clock.until(atMs, signal);
      if (signal.aborted) break;
      seen.push(this.#call(call, this.#make({ chain }, atMs), startMs));
    }
    const calls = await Promise.all(seen);
    signal.throwIfAborted();
    return calls;
  }

  async #call(call: PlannedCall, instance: Instance, startMs: number): Promise<SeenCall> {
    const { platform, clock, signal } = this.#options;
    const [node] = instance.chain.nodes;
    const { fn: spec } = node!, args = argsText(node!);
    const begunAtMs = clock.nowMs() - startMs;
    const answer = await platform.invoke({ spec, instance, node: 0, attempt: 1, args, inputs: {} }, signal);
    const endedAtMs = clock.nowMs() - startMs;
    const sentAtMs = answer.sentAtMs === undefined ? begunAtMs : answer.sentAtMs - startMs;
    const { outcome } = answer;
    const end = outcome.kind === "throttled" ? "refused" : outcome.kind === "ok" ? "ok" : "failed";
    const isCold = this.#isCold(answer, endedAtMs - sentAtMs);
    return {
      ...call,
      sentAtMs,
      endedAtMs,
      end,
      isCold,
      ...outcome.kind === "ok" ? {} : { reason: outcome.reason },
    };
  }

  #isCold({ cold, outcome }: Answer, tookMs: number): boolean {
    if (this.#options.url === undefined || cold || outcome.kind !== "ok") return cold;
    // The first call of all has nothing to be compared with; of the next ones there will be enough.
    const isCold = tookMs > 2 * this.#shortestMs + COLD_MS;
    this.#shortestMs = Math.min(this.#shortestMs, tookMs);
    return isCold;
  }

  #chain({ function: name, runMs, isBackground = false }: PlannedCall, chains: Map<string, Chain>): Chain {
    const key = `${name} ${runMs} ${isBackground}`;
    let found = chains.get(key);
    if (found === undefined) {
      const { url, method, background } = this.#options;
      const definition = url === undefined
        ? fn(`${name}-${this.#id}`, {
          time: constant(runMs),
          ...isBackground ? { headers: { [MODE_HEADER]: "background" } } : {},
        })
        : fn(name, {
          url,
          ...method === undefined ? {} : { method },
          ...isBackground && background !== undefined ? { headers: background } : {},
        });
      chains.set(key, found = chain("probe", ({ call }) => void call(definition)));
    }
    return found;
  }

  async rest(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    await clock.until(clock.nowMs() + Math.max(0, ms), signal);
    signal.throwIfAborted();
  }
}
