import { fn, lognormal } from "sequoia";

/** The three functions that the small example chains are made of. */
export const long = fn("long", { time: lognormal("10s", "13s") });
export const medium = fn("medium", { time: lognormal("5s", "6.5s") });
export const short = fn("short", { time: lognormal("1s", "1.5s") });
