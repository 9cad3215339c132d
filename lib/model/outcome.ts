import type { Json } from "./json.ts";

/** How one attempt ended. */
export type Outcome =
  /** Done; `output` is what the function answered. */
  | { readonly kind: "ok"; readonly output: Json }
  /** Not done; `retryable` if another attempt may help. */
  | {
    readonly kind: "failed";
    readonly reason: string;
    readonly retryable: boolean;
    readonly retryAfterMs?: number;
  }
  /** Refused for capacity: not a failure, and repeated as often as it takes. */
  | { readonly kind: "throttled"; readonly reason: string; readonly retryAfterMs?: number };
