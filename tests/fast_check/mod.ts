/** fast-check, as every test gets it under its own name (see the imports of deno.json): with properties that can be replayed. */
import * as fc from "./replayed.ts";

export * from "./replayed.ts";
export default fc;
