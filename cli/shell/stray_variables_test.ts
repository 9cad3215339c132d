import { assertEquals } from "@std/assert";
import { strayVariables } from "./stray_variables.ts";

function strays(...names: string[]): string[] {
  return strayVariables(names, ["limit", "label-limit", "poisson"]);
}

Deno.test("a variable that is named almost as an option's is said, as it gives none", () => {
  assertEquals(strays("SEQUOIA_LIMT", "SEQUOIA_LABELLIMIT", "SEQUOIA_POISON"), [
    "SEQUOIA_LIMT gives no option. Did you mean SEQUOIA_LIMIT?",
    "SEQUOIA_LABELLIMIT gives no option. Did you mean SEQUOIA_LABEL_LIMIT?",
    "SEQUOIA_POISON gives no option. Did you mean SEQUOIA_POISSON?",
  ]);
});

Deno.test("variables of other commands, of queues and of other programs are passed over", () => {
  assertEquals(strays("SEQUOIA_LIMIT", "SEQUOIA_POISSON", "SEQUOIA_KAFKA_USER"), []);
  assertEquals(strayVariables(["SEQUOIA_LIMITS"], ["limit"], ["SEQUOIA_LIMITS"]), []);
  assertEquals(strays("SEQUOIA_ALLOW_URLS", "SEQUOIA_OTHER_PROGRAM", "PATH"), []);
});
