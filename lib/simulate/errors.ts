import { SequoiaError } from "../model/mod.ts";

/** The code of a recording's error; stable. */
export type SimulateErrorCode = "no-instances" | "no-chains" | "deciding-chains";

/** A recording that cannot be simulated; the message says why and what to do. */
export class SimulateError extends SequoiaError<SimulateErrorCode> {
  override readonly name = "SimulateError";
}
