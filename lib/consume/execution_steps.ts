import type { Settlement } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** The steps that all parts of an execution take in common. */
export interface ExecutionSteps {
  /** Does what a change of an instance asks for. */
  follow(held: HeldInstance, settlement: Settlement): void;
  /** Sees work through that may fail the whole. */
  track(work: Promise<void>): void;
  /** The scheduler may have more to start. */
  changed(): void;
}
