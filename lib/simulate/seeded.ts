import { seededRandom } from "../model/mod.ts";
import { Scheduler, type SchedulerOptions } from "../scheduler/mod.ts";
import { Simulation, type SimulationOptions } from "./simulation.ts";

/** A simulation whose randomness comes from one seed. */
export interface SeededOptions extends Omit<SimulationOptions, "random" | "scheduler"> {
  /** The same seed gives the same jitter of retries and the same cold starts. */
  readonly seed: string;
  /** The scheduler's options; left out: functions trigger their successors through the provider. */
  readonly scheduling?: Omit<SchedulerOptions, "random"> | undefined;
}

/** Makes a simulation and the scheduler in it, if there is one. */
export function seededSimulation(
  { seed, scheduling, ...options }: SeededOptions,
): { readonly simulation: Simulation; readonly scheduler: Scheduler | undefined } {
  const random = (of: string) => seededRandom(`${seed}/${of}`);
  const scheduler = scheduling && new Scheduler({ ...scheduling, random: random("scheduler") });
  const simulation = new Simulation({
    ...options,
    random: random("provider"),
    ...scheduler && { scheduler },
  });
  return { simulation, scheduler };
}
