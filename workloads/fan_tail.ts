import { chain } from "sequoia";
import { brief, long, medium, short } from "./lengths.ts";

/** A fan of two with one branch that goes on for three calls more: the first system's chain 3, as it is drawn there. */
export default chain("fan_tail", ({ call }) => {
  const start = call(short);
  call(medium, { after: start });
  let last = call(long, { after: start });
  for (const name of ["brief", "brief_again", "brief_at_last"]) last = call(brief, { after: last, name });
});
