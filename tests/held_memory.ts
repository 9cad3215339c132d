import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

/** The memory that this process's objects hold, in MB, after all garbage has been collected. A file of tests that measures it runs alone. */
export function heldMb(): number {
  collect();
  return Deno.memoryUsage().heapUsed / 1e6;
}
