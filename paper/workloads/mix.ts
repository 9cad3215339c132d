import { chain, fn, lognormal, workload } from "sequoia";
import fan7 from "../../workloads/fan7.ts";
import objectDetection from "../../workloads/object_detection.ts";
import vidpipe from "../../workloads/vidpipe.ts";

/** Modelled, as the functions of the others are: with its body it would take no time. */
const bagOfWords = fn("bag_of_words", { time: lognormal("1.2s", "2s") });

/** The paper's realistic mix, in equal numbers. */
export default workload({
  chains: [
    ...[fan7, vidpipe, objectDetection].map((chain) => ({ chain })),
    { chain: chain("bag_of_words", ({ call }) => void call(bagOfWords)) },
  ],
});
