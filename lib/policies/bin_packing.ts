import type { PlatformView, Policy, Task } from "./policy.ts";

/**
 * Fills the cheapest platform up to its limit, then the next one: the least to pay, while what runs elsewhere waits no
 * longer for it. The cheapest is that of the lowest price for a call that takes as long as is expected of the task. Among
 * equal prices, the one that was attached first. It says only where; what runs next is up to the policy it is joined with:
 * `bin-packing+fair-share`. The original's `binPacking`. Costs a look at each platform per start.
 */
export const binPacking: Policy = {
  place: (task, platforms) =>
    platforms.reduce((cheapest, other) => priceOf(task, other) < priceOf(task, cheapest) ? other : cheapest)
      .name,
};

function priceOf({ expectedMs }: Task, { price, pricePerMs }: PlatformView): number {
  return pricePerMs === 0 ? price : price + pricePerMs * expectedMs;
}
