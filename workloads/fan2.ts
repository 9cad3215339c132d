import { chain } from "sequoia";
import { long, medium, short } from "./lengths.ts";

/** One function, and 2 after it side by side. */
export default chain("fan2", ({ call }) => {
  const start = call(short);
  call(medium, { after: start });
  call(long, { after: start });
});
