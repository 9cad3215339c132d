import { chain, fn, lognormal, workload } from "sequoia";
import linear from "../../workloads/linear.ts";

/** Calls of a second, and chains of three functions beside them. */
export default workload({
  chains: [
    { chain: chain("web", ({ call }) => void call(fn("web", { time: lognormal("1s", "1.5s") }))), share: 9 },
    { chain: linear, share: 0.8 },
  ],
});
