import { chain } from "sequoia";
import { long, medium, short } from "./lengths.ts";

/** A diamond: two branches of different length, and a function that waits for both. */
export default chain("join", ({ call }) => {
  const start = call(short, { name: "split" });
  call(short, { name: "merge", after: [call(medium, { after: start }), call(long, { after: start })] });
});
