import { fn, lognormal } from "sequoia";

/**
 * The functions that the small example chains are made of, under the ids that the first system gave them: its L3, L2, L1 and
 * L4.
 */
export const long = fn("long", { id: 3, time: lognormal("10s", "13s") });
export const medium = fn("medium", { id: 2, time: lognormal("5s", "6.5s") });
export const short = fn("short", { id: 1, time: lognormal("1s", "1.5s") });
export const brief = fn("brief", { id: 4, time: lognormal("0.3s", "0.5s") });
