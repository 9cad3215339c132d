import { SequoiaError } from "./sequoia_error.ts";

/** The codes of errors about workloads; stable, for scripts and tests. */
export type WorkloadErrorCode =
  | "not-found"
  | "load-failed"
  | "no-chain"
  | "unknown-chain"
  | "bad-name"
  | "bad-chain"
  | "bad-function"
  | "bad-url"
  | "bad-duration"
  | "bad-arguments"
  | "bad-expression"
  | "bad-arrivals"
  | "bad-callback"
  | "duplicate-chain"
  | "duplicate-node"
  | "duplicate-function"
  | "unknown-predecessor"
  | "cycle";

/** Where in a workload an error is: as much as is known of file, chain and node. */
export interface WorkloadPlace {
  /** The module's path, as it was given. */
  readonly file?: string;
  /** The chain's name. */
  readonly chain?: string;
  /** The node's name. */
  readonly node?: string;
}

/**
 * A workload module, a chain or a decoded message that cannot be used. The message names the place (file, chain, node), the
 * fault and what to write instead; `code` is stable.
 */
export class WorkloadError extends SequoiaError<WorkloadErrorCode> {
  /** Tells it from other errors. */
  override readonly name = "WorkloadError";
  /** Where it is wrong. */
  readonly place: WorkloadPlace;
  /** The sentence without its place. */
  readonly detail: string;

  /** The message is the place, then the detail. */
  constructor(code: WorkloadErrorCode, detail: string, place: WorkloadPlace = {}, options?: ErrorOptions) {
    super(code, placeWords(place) + detail, { ...options, kind: "usage" });
    this.place = place;
    this.detail = detail;
  }

  /** The same error, said of a more exactly known place. */
  at(place: WorkloadPlace): WorkloadError {
    return new WorkloadError(this.code, this.detail, { ...place, ...this.place }, { cause: this });
  }
}

function placeWords({ file, chain, node }: WorkloadPlace): string {
  const words = [
    file,
    chain === undefined ? undefined : `chain "${chain}"`,
    node === undefined ? undefined : `node "${node}"`,
  ];
  const known = words.filter((word) => word !== undefined).join(", ");
  return known === "" ? "" : `${known}: `;
}

/** Runs `build`; a WorkloadError out of it is told the place. */
export function atPlace<T>(place: WorkloadPlace, build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw error instanceof WorkloadError ? error.at(place) : error;
  }
}

/** Runs `read`; its errors become WorkloadErrors whose sentences begin with `what`. */
export function asWorkloadError<T>(code: WorkloadError["code"], what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new WorkloadError(code, `${what}: ${(cause as Error).message}`, {}, { cause });
  }
}
