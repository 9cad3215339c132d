import { workload } from "sequoia";
import fan2 from "../../workloads/fan2.ts";
import linear from "../../workloads/linear.ts";
import objectDetection from "../../workloads/object_detection.ts";

/** Chains that arrive once, three and nine times as often. */
export default workload({
  chains: [{ chain: fan2 }, { chain: linear, share: 3 }, { chain: objectDetection, share: 9 }],
});
