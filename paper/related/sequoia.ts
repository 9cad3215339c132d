/** The scheduler of this project as a dispatcher, by its public module. */
import { type Chain, chain, fn, seededRandom } from "sequoia";
import { instanceMaker, type Invocation, NULL, type Policy, Scheduler } from "sequoia/scheduler";
import type { Call, Dispatcher, Job } from "./world.ts";

/** Starts calls by a policy; each job is an instance of a chain, and tenants of one kind (`small1`, `small2`) call one function. */
export class SequoiaDispatcher implements Dispatcher {
  readonly #scheduler: Scheduler;
  readonly #make = instanceMaker(seededRandom("ids"));
  readonly #chains = new Map<string, Chain>();
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<Job, Invocation>();

  constructor(policy: Policy, slots: number) {
    this.#scheduler = new Scheduler({ policy, limits: { global: slots }, random: seededRandom("jitter") });
  }

  submit(job: Job, nowMs: number): void {
    const { tenant, weight, callsMs, number } = job;
    const instance = this.#make(
      { chain: this.#chain(tenant, callsMs.length), labels: { tenant }, weight },
      nowMs,
      { id: String(number) },
    );
    this.#jobs.set(instance.id, job);
    this.#scheduler.submit(instance, nowMs);
  }

  next(nowMs: number): Call | undefined {
    const invocation = this.#scheduler.next(nowMs);
    if (invocation === undefined) return undefined;
    const job = this.#jobs.get(invocation.instance)!;
    this.#running.set(job, invocation);
    return { job, index: Number(invocation.node) };
  }

  settle({ job }: Call, nowMs: number): void {
    const { ended } = this.#scheduler.settle(this.#running.get(job)!, { kind: "ok", output: NULL }, nowMs);
    if (ended !== undefined) this.#jobs.delete(String(job.number));
  }

  /** A chain of a number of calls, whose run times are not declared. */
  #chain(tenant: string, length: number): Chain {
    const key = `${tenant}/${length}`;
    let known = this.#chains.get(key);
    if (known === undefined) {
      const called = fn(tenant.replace(/\d+$/, ""));
      known = chain(tenant, ({ call }) => {
        for (let i = 1, before = call(called, { name: "0" }); i < length; i++) {
          before = call(called, { name: String(i), after: before });
        }
      });
      this.#chains.set(key, known);
    }
    return known;
  }
}
