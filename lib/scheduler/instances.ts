import { IdTable, type Instance } from "../model/mod.ts";
import { ChainPlans } from "./chain_plan.ts";
import type { Submission } from "./contract.ts";
import { FunctionLoads } from "./function_load.ts";
import { InstanceRun, type Invocation } from "./invocation.ts";
import { RunTimes } from "./run_times.ts";

/**
 * The instances that the scheduler has, from their submission to their end, and the knowledge of their chains: plans, demand for
 * functions, run times.
 */
export class Instances {
  /** Expected run times of functions. */
  readonly times: RunTimes = new RunTimes();
  /** The demand for functions. */
  readonly loads: FunctionLoads = new FunctionLoads();
  readonly #plans = new ChainPlans(this.times, this.loads);
  readonly #runs = new IdTable<InstanceRun>();
  /** Number of nodes that have been submitted. */
  #sequence = 0;

  /** Number of instances that have not ended. */
  get size(): number {
    return this.#runs.size;
  }

  /** An instance; undefined: it has ended, or was never here. */
  get(id: string): InstanceRun | undefined {
    return this.#runs.get(id);
  }

  /**
   * Takes an instance on; nothing of it is ready yet.
   *
   * @param isBegun whether nodes of it have been settled before, under another scheduler
   * @throws {TypeError} if an instance of that id is here already
   */
  add(
    instance: Instance,
    nowMs: number,
    isBegun: boolean,
    { submittedAtMs, notBeforeMs = submittedAtMs, cancel, calling, delays }: Submission,
  ): InstanceRun {
    if (this.loads.forgetIdle()) this.times.keepOnly(this.loads.byName);
    const plan = this.#plans.of(instance.chain), limitedFromMs = Math.max(submittedAtMs, notBeforeMs);
    const run = new InstanceRun(instance, plan, this.#sequence, submittedAtMs, limitedFromMs);
    if (!this.#runs.add(run)) {
      throw new TypeError(`Cannot submit instance ${instance.id}: it is scheduled already`);
    }
    this.#sequence += instance.chain.nodes.length;
    const { nodes } = plan;
    for (let i = 0; i < nodes.length; i++) nodes[i]!.load?.arrive(nowMs);
    if (isBegun || instance.parent !== undefined || cancel !== undefined) run.startedBefore();
    if (calling !== undefined) run.begun(calling);
    if (delays !== undefined) run.delayed(delays);
    if (cancel !== undefined) run.end({ outcome: "cancelled", reason: cancel });
    return run;
  }

  /** An instance has ended: it is forgotten. */
  end(run: InstanceRun): void {
    this.#runs.remove(run);
    run.unload();
  }

  /** Time has passed that the scheduler was not told of. */
  oversleep(ms: number): void {
    for (const run of this.#runs) run.oversleep(ms);
  }

  /** All invocations that are not settled, in the order of their submission. */
  *invocations(): Generator<Invocation> {
    for (const run of this.#runs.inOrder()) yield* run.invocations();
  }

  /** The invocations of an instance that wait to be tried again. */
  delaysOf(id: string): { readonly task: Invocation; readonly untilMs: number }[] {
    return [...this.#runs.get(id)?.invocations() ?? []]
      .filter(({ phase }) => phase === "delayed")
      .map((task) => ({ task, untilMs: task.delayedUntilMs }));
  }

  /** The expected run times of all that has not settled, together, in milliseconds. */
  expectedWorkMs(): number {
    return this.loads.expectedMs(this.times);
  }
}
