import { chain } from "sequoia";
import { long, medium, short } from "./lengths.ts";

/** One function, and 3 after it side by side. */
export default chain("fan3", ({ call }) => {
  const start = call(short);
  call(medium, { after: start });
  call(long, { after: start });
  call(short, { after: start, name: "short_again" });
});
