/**
 * The public module "sequoia/simulate": runs a load in virtual time, with the scheduler that consumers have and a model of the
 * provider. `sequoia/report` makes figures of it.
 *
 * @example Does fair share lose chains at a provider that runs ten calls at once?
 * ```ts
 * import { chain, fn, lognormal, poisson, workload } from "sequoia";
 * import { buildReport } from "sequoia/report";
 * import { simulate } from "sequoia/simulate";
 *
 * const greet = fn("greet", { time: lognormal("100ms", "200ms") });
 * const mix = workload({ chains: [{ chain: chain("hello", ({ call }) => void call(greet)) }], arrivals: poisson(50) });
 * const run = { workload: mix, bounds: { count: 200 }, seed: "1", profile: "hard-limit,limit=10" };
 * const without = await buildReport(simulate({ ...run, policy: "none" }));
 * const withIt = await buildReport(simulate({ ...run, policy: "fair-share", limit: 10 }));
 * if (withIt.chains.completed !== 200 || without.chains.completed > 200) throw new Error("Some chains are lost");
 * ```
 *
 * @module
 */
export { simulate, type SimulatedPlatform, type SimulateOptions, type SimulationEnd } from "./simulate.ts";
