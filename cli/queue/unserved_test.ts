import { assertEquals } from "@std/assert";
import { unservedLines } from "./unserved.ts";

Deno.test("unservedLines() says each reason once, with all functions that it keeps waiting", () => {
  const of = (name: string, rest: string) => ({ function: name, reason: `function ${name} ${rest}` });
  const served = "is served by nobody at 127.0.0.1:7077. Start: sequoia functions WORKLOAD.ts";
  const modelled = "cannot run: nobody listens at 127.0.0.1:7077. Start: sequoia functions";
  assertEquals(unservedLines([of("pay", served)]), [`function pay ${served}`]);
  assertEquals(unservedLines([of("pay", served), of("mail", modelled), of("ship", served)]), [
    `functions pay, ship: each ${served}`,
    `function mail ${modelled}`,
  ]);
});
