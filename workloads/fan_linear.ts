import { chain } from "sequoia";
import { long, medium, short } from "./lengths.ts";

/** A fan of two with one branch that goes on: the shape that a fixed "stage after stage" order serves badly. */
export default chain("fan_linear", ({ call }) => {
  const start = call(short);
  call(medium, { after: start });
  const branch = call(long, { after: start });
  call(long, { after: branch, name: "long_again" });
});
