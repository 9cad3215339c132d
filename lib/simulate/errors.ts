/** A recording that cannot be simulated; the message says why and what to do. */
export class SimulateError extends Error {
  override readonly name = "SimulateError";
  /** What is wrong; stable. */
  readonly code: "no-instances" | "no-chains" | "deciding-chains";

  constructor(code: SimulateError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
