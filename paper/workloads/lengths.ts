import { chain, workload } from "sequoia";
import fan2 from "../../workloads/fan2.ts";
import { long, medium, short } from "../../workloads/lengths.ts";

/** Chains of one second, five, ten and sixteen, the short ones more often. */
export default workload({
  chains: [
    ...[{ fn: short, share: 12 }, { fn: medium, share: 3 }, { fn: long, share: 2 }].map(({ fn, share }) => ({
      chain: chain(fn.name, ({ call }) => void call(fn)),
      share,
    })),
    { chain: fan2, share: 1 },
  ],
});
