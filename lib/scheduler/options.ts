import type { Random } from "../model/mod.ts";
import type { Policy } from "../policies/mod.ts";
import type { Limits } from "./limits.ts";
import type { PlatformOption } from "./platform_pool.ts";
import type { ShareUnit } from "./service.ts";

/** Options of a scheduler. */
export interface SchedulerOptions {
  /** Decides which work is served first. */
  readonly policy: Policy;
  /** Bounds of the work that runs at once. (Default: none) */
  readonly limits?: Limits;
  /**
   * Whether a group never has more in flight than its share of the global limit, even if the others want less. (Default:
   * false: what one leaves goes to the others)
   */
  readonly strictShares?: boolean;
  /**
   * The resource that groups share: the time that their attempts hold slots, by run times that are learned and put right when an
   * attempt ends, or the number of their attempts. (Default: "time")
   */
  readonly share?: ShareUnit;
  /**
   * Whether instances that cannot meet their deadlines any more, by what is expected of their chains' longest paths, are
   * refused: when they are submitted or before their first start, never later. (Default: false)
   */
  readonly shed?: boolean;
  /**
   * The platforms that functions without a URL of their own may run on, and those with several, each on those that it has
   * URLs for: each start is placed on one of them that has room, as the policy says. One that has throttled just now is left
   * alone while another has room, and what it throttled goes there at once. (Default: there is one, without a name)
   */
  readonly platforms?: readonly PlatformOption[];
  /**
   * The most of the attempts of each function on each platform that are retries after failures, from 0 to 1 (any number), while
   * nothing succeeds. Free are 10, or half the limit, and 1 a second, or a twentieth of it; each success lets one go, and one
   * that was a retry two. Retries that find the budget used up wait; groups of the policy take turns. (Default: 0.2)
   */
  readonly retryBudget?: number;
  /** For the jitter of retry delays. */
  readonly random: Random;
}
