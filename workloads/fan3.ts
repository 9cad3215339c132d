import { chain } from "sequoia";
import { brief, long, medium, short } from "./lengths.ts";

/** One function, and 3 after it side by side: four functions. */
export default chain("fan3", ({ call }) => {
  const start = call(short);
  call(medium, { after: start });
  call(long, { after: start });
  call(brief, { after: start });
});
