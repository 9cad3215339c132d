/**
 * A client of the HTTP API of `sequoia serve`, by nothing but `fetch`: for Node.js, Deno, browsers' workers and edge runtimes.
 *
 * @module
 */
import { SequoiaError } from "./errors.ts";
import { ask, type Asked, type ClientOptions } from "./http.ts";
import type {
  Accepted,
  ArgsOf,
  Batch,
  Chains,
  Instance,
  InstanceDetail,
  InstanceSummary,
  ListOptions,
  Outcome,
  OutputOf,
  Reached,
  Submission,
} from "./types.ts";

export { type Callback, type Received, verifyCallback } from "./callbacks.ts";
export { type FieldError, SequoiaError, type SequoiaErrorOptions } from "./errors.ts";
export type { ClientOptions } from "./http.ts";
export type * from "./types.ts";

/** The options of every call. */
export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Most instances of one request, as the server takes them. */
const BATCH = 1000;
/** The time for which the server is asked to wait, in milliseconds: it takes 60 s, and proxies give up after about that. */
const WAIT_MS = 30_000;

/**
 * Submits instances of deployed chains, waits for their results, lists, cancels and retries them.
 *
 * `T` has the types of the chains: `new Sequoia<{ resize: { args: { image: string }; output: string } }>(…)`.
 */
export class Sequoia<T extends Chains = Chains> {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions | string) {
    this.#options = typeof options === "string" ? { url: options } : options;
  }

  #ask<A>(asked: Asked): Promise<A> {
    return ask<A>(this.#options, asked);
  }

  /**
   * Submits an instance of a chain; resolves when it would survive a crash. It is sent again under the same id until that is known.
   *
   * @throws {SequoiaError} `unknown-chain`, `id-conflict`, `invalid-request` …
   */
  async submit<N extends keyof T & string>(
    chain: N,
    submission: Submission<ArgsOf<T[N]>> = {},
    { signal }: CallOptions = {},
  ): Promise<Accepted> {
    const body = withId(submission);
    const accepted = await this.#ask<Accepted>({ method: "POST", path: chainPath(chain), body, signal });
    return submission.id === undefined ? { ...accepted, existing: false } : accepted; // it may have been sent twice
  }

  /** Submits any number of instances of a chain, 1,000 at a time. One in conflict keeps none of the others out. */
  async submitMany<N extends keyof T & string>(
    chain: N,
    submissions: Iterable<Submission<ArgsOf<T[N]>>> | AsyncIterable<Submission<ArgsOf<T[N]>>>,
    { signal }: CallOptions = {},
  ): Promise<Batch> {
    const total = { created: 0, existing: 0, refused: 0, results: [] as Outcome[] };
    const send = async (body: readonly Submission[]) => {
      if (body.length === 0) return;
      const batch = await this.#ask<Batch>({ method: "POST", path: chainPath(chain), body, signal });
      total.created += batch.created;
      total.existing += batch.existing;
      total.refused += batch.refused;
      for (const result of batch.results) total.results.push(result);
    };
    let some: Submission[] = [];
    for await (const submission of submissions) {
      if (some.push(withId(submission) as Submission) < BATCH) continue;
      await send(some);
      some = [];
    }
    await send(some);
    return total;
  }

  /** An instance as it stands. @throws {SequoiaError} `not-found` */
  get(id: string, options?: CallOptions & { readonly nodes?: false }): Promise<Instance>;
  /** The same with its nodes. */
  get(id: string, options: CallOptions & { readonly nodes: true }): Promise<InstanceDetail>;
  async get(
    id: string,
    { nodes = false, signal }: CallOptions & { readonly nodes?: boolean } = {},
  ): Promise<Instance> {
    const query: [string, string][] = nodes ? [["nodes", "true"]] : [];
    return await this.#ask<Instance>({ path: instancePath(id), query, signal });
  }

  /**
   * Waits until an instance has ended, whichever way: its state tells. Goes on over broken connections.
   *
   * @typeParam N the name of its chain, for the type of the output
   * @throws {SequoiaError} `wait-timeout` after `timeoutMs` (Default: it waits for ever)
   */
  async wait<N extends keyof T & string = keyof T & string>(
    id: string,
    { timeoutMs = Infinity, signal }: CallOptions & { readonly timeoutMs?: number } = {},
  ): Promise<Instance<OutputOf<T[N]>>> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const waitMs = Math.round(Math.max(0, Math.min(WAIT_MS, untilMs - performance.now())));
      const query = [["wait", `${waitMs}ms`]] as const;
      const instance = await this.#ask<Instance<OutputOf<T[N]>>>({
        path: instancePath(id),
        query,
        waitMs,
        signal,
      });
      if (["completed", "failed", "cancelled"].includes(instance.state)) return instance;
      if (performance.now() >= untilMs) {
        throw new SequoiaError(
          "wait-timeout",
          `${id} had not ended after ${timeoutMs} ms: ${instance.state}`,
        );
      }
    }
  }

  /** The instances that are meant, the newest first: read page by page while they are iterated over. */
  async *list(
    { state = [], chain, labels = {}, parent, order, limit, signal }: ListOptions & CallOptions = {},
  ): AsyncGenerator<InstanceSummary, void> {
    const query: [string, string][] = [
      ...[state].flat().map((each): [string, string] => ["state", each]),
      ...Object.entries(labels).map(([name, value]): [string, string] => ["label", `${name}=${value}`]),
    ];
    for (const [name, value] of Object.entries({ chain, parent, order, limit })) {
      if (value !== undefined) query.push([name, String(value)]);
    }
    let cursor: string | undefined;
    do {
      const more: [string, string][] = cursor === undefined ? [] : [["cursor", cursor]];
      const page = await this.#ask<
        { readonly instances: readonly InstanceSummary[]; readonly next?: string }
      >({
        path: "/v1/instances",
        query: [...query, ...more],
        signal,
      });
      yield* page.instances;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** Ends an instance: nothing of it starts any more. `abort` also ends the calls in flight, which are awaited otherwise. */
  async cancel(
    id: string,
    { abort, dryRun, signal }: CallOptions & { readonly abort?: boolean; readonly dryRun?: boolean } = {},
  ): Promise<Reached> {
    return await this.#steer(id, "cancel", { abort }, dryRun, signal);
  }

  /** Runs a failed or cancelled instance again. `from` names a node: it and all that come after it run again. */
  async retry(
    id: string,
    { from, dryRun, signal }: CallOptions & { readonly from?: string; readonly dryRun?: boolean } = {},
  ): Promise<Reached> {
    return await this.#steer(id, "retry", { from }, dryRun, signal);
  }

  #steer(id: string, action: string, body: object, dryRun = false, signal?: AbortSignal): Promise<Reached> {
    const query: [string, string][] = dryRun ? [["dryRun", "true"]] : [];
    return this.#ask<Reached>({ method: "POST", path: `${instancePath(id)}/${action}`, query, body, signal });
  }
}

function withId<A>(submission: Submission<A>): Submission<A> {
  return submission.id === undefined ? { ...submission, id: crypto.randomUUID() } : submission;
}

function chainPath(name: string): string {
  return `/v1/chains/${encodeURIComponent(name)}`;
}

function instancePath(id: string): string {
  return `/v1/instances/${encodeURIComponent(id)}`;
}
