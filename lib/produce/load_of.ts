import {
  type Arrivals,
  burst,
  freshSeed,
  type JsonObject,
  type LoadBounds,
  type Workload,
  writeJson,
} from "../model/mod.ts";
import type { Load } from "./load.ts";
import type { Replay } from "./replay.ts";

/** A load, as a program or a command line says it. */
export interface LoadOptions {
  /** The chains; each instance is drawn by their shares. */
  readonly workload: Workload;
  /** When instances arrive. (Default: as the workload says; else all of its `count` at once, or one) */
  readonly arrivals?: Arrivals | Replay | undefined;
  /** Where the load ends. (Default: nowhere, or with the arrivals, if they end) */
  readonly bounds?: LoadBounds;
  /** The same seed gives the same chains at the same times. (Default: a fresh one) */
  readonly seed?: string | undefined;
  /** Labels of every instance, added to those of the workload. (Default: none) */
  readonly labels?: Readonly<Record<string, string>>;
  /** The arguments of every instance. (Default: none) */
  readonly args?: JsonObject;
}

/** Makes a load, with what is left out. */
export function loadOf(
  { workload, arrivals, bounds = {}, seed = freshSeed(), labels = {}, args }: LoadOptions,
): Load {
  return {
    workload,
    arrivals: arrivals ?? workload.arrivals ?? burst(bounds.count ?? 1),
    bounds,
    seed,
    labels,
    ...args !== undefined && { args: writeJson(args) },
  };
}
