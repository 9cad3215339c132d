import { poisson, workload } from "sequoia";
import fan7 from "./fan7.ts";
import objectDetection from "./object_detection.ts";
import vidpipe from "./vidpipe.ts";

/** Three chains of different shape and size that compete for the same functions' platform. */
export default workload({
  chains: [
    { chain: fan7, labels: { tenant: "releases" } },
    { chain: vidpipe, share: 3, labels: { tenant: "video" } },
    { chain: objectDetection, labels: { tenant: "vision" }, deadline: "5s" },
  ],
  arrivals: poisson(24),
});
