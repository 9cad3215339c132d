import { assertEquals } from "@std/assert";
import { one, text } from "./options.ts";
import { strayVariables } from "./stray_variables.ts";

const CONSUME = { limit: one("N", "", text), "label-limit": one("L=N", "", text) };
const PRODUCE = { poisson: one("RATE", "", text) };

function strays(...names: string[]): Promise<string[]> {
  return strayVariables(names, CONSUME, () => Promise.resolve([PRODUCE]));
}

Deno.test("a variable that is named almost as an option's is said, as it gives none", async () => {
  assertEquals(await strays("SEQUOIA_LIMT", "SEQUOIA_LABELLIMIT", "SEQUOIA_POISON"), [
    "SEQUOIA_LIMT gives no option. Did you mean SEQUOIA_LIMIT?",
    "SEQUOIA_LABELLIMIT gives no option. Did you mean SEQUOIA_LABEL_LIMIT?",
    "SEQUOIA_POISON gives no option. Did you mean SEQUOIA_POISSON?",
  ]);
});

Deno.test("variables of other commands, of Kafka and of other programs are passed over", async () => {
  assertEquals(await strays("SEQUOIA_LIMIT", "SEQUOIA_POISSON", "SEQUOIA_KAFKA_USER"), []);
  assertEquals(await strays("SEQUOIA_ALLOW_URLS", "SEQUOIA_OTHER_PROGRAM", "PATH"), []);
});

Deno.test("the options of other commands are loaded only for variables that the command does not know", async () => {
  const load = () => Promise.reject(new Error("they were loaded"));
  assertEquals(await strayVariables(["SEQUOIA_LIMIT", "SEQUOIA_KAFKA_USER"], CONSUME, load), []);
});
