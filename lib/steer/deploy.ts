import { type FunctionKind, functionsOf, kindOf, referenceIn, type Workload } from "../model/mod.ts";
import { deployable, type Deployment, type QueueAdmin } from "../queue/mod.ts";

/** The needs of deployed chains beside the queue, as far as their definitions tell. */
export interface Needs {
  /** The names of the functions with a body: somebody has to serve them. */
  readonly served: readonly string[];
  /** The names of the functions that the local platform models: nothing real runs. */
  readonly modelled: readonly string[];
  /** The secrets of consumers that headers refer to, as `env:NAME` or `file:PATH`. */
  readonly secrets: readonly string[];
}

/** The effect of deploying the chains of a workload. */
export interface Deployed {
  /** In the order of the workload. */
  readonly deployments: readonly Deployment[];
  readonly needs: Needs;
}

/**
 * Deploys the chains of a workload: all of them, or none.
 *
 * @param nowMs in milliseconds since 1970
 * @throws {QueueError} as `deploy` of the queue does
 */
export async function deployWorkload(
  queue: Pick<QueueAdmin, "deploy">,
  workload: Workload,
  nowMs: number,
): Promise<Deployed> {
  const deployments = await queue.deploy(workload.chains.map((entry) => deployable(entry, nowMs)));
  return { deployments, needs: needsOf(workload) };
}

/** The needs of the chains of a workload, and of those that they call. */
export function needsOf({ chains }: Workload): Needs {
  const functions = [...functionsOf(chains.map(({ chain }) => chain)).values()];
  const named = (kind: FunctionKind) =>
    functions.filter((fn) => kindOf(fn) === kind).map(({ name }) => name).sort();
  const secrets = functions.flatMap(({ headers = {} }) =>
    Object.entries(headers).flatMap(([name, value]) =>
      referenceIn(name.toLowerCase(), value)?.reference ?? []
    )
  );
  return { served: named("served"), modelled: named("modelled"), secrets: [...new Set(secrets)].sort() };
}
