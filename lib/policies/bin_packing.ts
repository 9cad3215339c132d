import type { Policy } from "./policy.ts";

/**
 * Fills the cheapest platform up to its limit, then the next one: the least to pay, while what runs elsewhere waits no
 * longer for it. Among equal prices, the one that was attached first. It says only where; what runs next is up to the
 * policy it is joined with: `bin-packing+fair-share`. The original's `binPacking`. Costs a look at each platform per start.
 */
export const binPacking: Policy = {
  place: (_, platforms) =>
    platforms.reduce((cheapest, other) => other.price < cheapest.price ? other : cheapest).name,
};
