/** The files with which the program runs as a service. */
import { assertEquals, assertMatch } from "@std/assert";
import { validate } from "dockerfile-utils";
import { readOptions } from "../cli/shell/options.ts";
import { command as consume } from "../cli/consume/command.ts";
import { variableOf } from "../cli/shell/settings.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));

Deno.test("the Dockerfile has no fault, and runs the version of Deno that the README names", async () => {
  const text = await read("Dockerfile");
  assertEquals(validate(text).map(({ message }) => message), []);
  const version = /npx -y deno@(\S+)/.exec(await read("README.md"))![1]!;
  assertMatch(text, new RegExp(`^FROM denoland/deno:debian-${RegExp.escape(version)} `, "m"));
});

Deno.test("compose file and unit give consume options that it has", async () => {
  const variables = [...(await read("deploy/compose.yaml")).matchAll(/^\s+(SEQUOIA_\w+):/gm)].map((
    [, name],
  ) => name!);
  const known = Object.keys(consume.options).map(variableOf);
  assertEquals(variables.filter((name) => !known.includes(name)), []);
  assertEquals(variables.length > 2, true);
  const [, args] = /^ExecStart=\S+ consume (.*)$/m.exec(await read("deploy/sequoia.service"))!;
  assertEquals(readOptions(consume.options, args!.split(" ")).rest, []);
});
