import { chain } from "sequoia";
import { long, medium, short } from "./lengths.ts";

/** A long function, then a medium one, then a short one. */
export default chain("linear", ({ call }) => {
  call(short, { after: call(medium, { after: call(long) }) });
});
