import { assertEquals, assertRejects } from "@std/assert";
import { parseCount } from "../../lib/model/mod.ts";
import { UsageError } from "./errors.ts";
import { flag, many, one, pair, readOptions, text } from "./options.ts";
import { PLATFORM_OPTIONS } from "../options/platform_options.ts";
import { variableOf, withSettings } from "./settings.ts";

const TABLE = {
  policy: one("NAME", "", text),
  limit: one("N", "", parseCount),
  "label-limit": many("L=N", "", pair),
  "strict-shares": flag(""),
  queue: one("ADDRESS", "", text),
  config: one("FILE", "", text),
} as const;

const optionNames = new Set([...Object.keys(TABLE), "window"]);

/** The values that a command reads, given variables of the environment and the contents of c.json. */
async function read(
  args: readonly string[],
  variables: Record<string, string> = {},
  config?: string | Uint8Array,
) {
  const readFile = (path: string) =>
    config === undefined || path !== "c.json"
      ? Promise.reject(new Deno.errors.NotFound(`there is no ${path}`))
      : Promise.resolve(typeof config === "string" ? new TextEncoder().encode(config) : config);
  const variable = (name: string) => variables[name] || undefined;
  const { values, rest } = readOptions(
    TABLE,
    await withSettings(TABLE, args, { variable, readFile, optionNames }),
  );
  return { ...values, rest };
}

Deno.test("options come from the command line, else from the environment, else from the file", async () => {
  const config = '{"policy": "fcfs", "limit": 5, "strict-shares": true, "label-limit": ["a=1", "b=2"]}';
  const fromFile = await read(["--config", "c.json", "w.ts"], {}, config);
  assertEquals(fromFile.policy, "fcfs");
  assertEquals(fromFile.limit, 5);
  assertEquals(fromFile["strict-shares"], true);
  assertEquals(fromFile["label-limit"], [["a", "1"], ["b", "2"]]);
  assertEquals(fromFile.rest, ["w.ts"]);
  const variables = { SEQUOIA_LIMIT: "6", SEQUOIA_LABEL_LIMIT: "c=3\nd=4\n", SEQUOIA_CONFIG: "c.json" };
  const both = await read([], variables, config);
  assertEquals([both.policy, both.limit], ["fcfs", 6]);
  assertEquals(both["label-limit"], [["c", "3"], ["d", "4"]]);
  const given = await read(["--limit=7", "--label-limit", "e=5", "--strict-shares=false"], variables, config);
  assertEquals([given.limit, given["strict-shares"]], [7, false]);
  assertEquals(given["label-limit"], [["e", "5"]]);
});

Deno.test("a file for several commands may hold options of others", async () => {
  assertEquals((await read(["--config", "c.json"], {}, '{"window": 5, "limit": 6}')).limit, 6);
});

Deno.test("a file may begin with the mark of its encoding, as editors and shells of Windows write it", async () => {
  const text = '\ufeff{"limit": 6}';
  const utf16 = new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer);
  for (const config of [text, utf16]) {
    assertEquals((await read(["--config", "c.json"], {}, config)).limit, 6);
  }
});

Deno.test("what stands behind -- is no option", async () => {
  assertEquals((await read(["--", "--limit"], { SEQUOIA_LIMIT: "6" })).limit, 6);
});

Deno.test("variables with a meaning of their own are left to their commands", async () => {
  assertEquals((await read([], { SEQUOIA_QUEUE: "memory:", SEQUOIA_HELP: "1" })).queue, undefined);
  assertEquals(variableOf("label-limit"), "SEQUOIA_LABEL_LIMIT");
});

Deno.test("a variable that a command reads itself wins over the file as others do", async () => {
  const config = '{"queue": "sqlite:file.db"}';
  const args = ["--config", "c.json"];
  assertEquals((await read(args, { SEQUOIA_QUEUE: "sqlite:env.db" }, config)).queue, undefined);
  assertEquals((await read(args, { SEQUOIA_QUEUE: "" }, config)).queue, "sqlite:file.db");
});

Deno.test("the URLs that may be called can be given as every option can", async () => {
  const { values } = readOptions(
    PLATFORM_OPTIONS,
    await withSettings(PLATFORM_OPTIONS, [], {
      optionNames,
      variable: (name) => name === "SEQUOIA_ALLOW_URL" ? "https://a.example\nhttps://b.example" : undefined,
      readFile: () => Promise.reject(new Deno.errors.NotFound()),
    }),
  );
  assertEquals(values["allow-url"].length, 2);
});

Deno.test("an error of a setting names where it comes from", async () => {
  const wrong = [
    [[], { SEQUOIA_LIMIT: "many" }, undefined, "SEQUOIA_LIMIT: "],
    [
      [],
      { SEQUOIA_STRICT_SHARES: "yes" },
      undefined,
      'SEQUOIA_STRICT_SHARES: Cannot use "yes". Write true or false',
    ],
    [
      ["--config", "c.json"],
      {},
      '{"polcy": "fcfs"}',
      'c.json: unknown option "polcy"; did you mean "policy"?',
    ],
    [["--config", "c.json"], {}, '{"constructor": "fcfs"}', 'c.json: unknown option "constructor"'],
    [["--config", "c.json"], {}, '{"limit": "many"}', 'c.json: "limit": '],
    [
      ["--config", "c.json"],
      {},
      '{"limit": [1]}',
      'c.json: "limit": Cannot use [1]. Write a text or a number',
    ],
    [["--config", "c.json"], {}, '{"strict-shares": "on"}', 'c.json: "strict-shares": Cannot use "on"'],
    [["--config", "c.json"], {}, "[]", "c.json: it holds no JSON object"],
    [["--config", "c.json"], {}, "{", "c.json: "],
    [["--config", "d.json"], {}, "{}", "Cannot read the options in d.json"],
    [["--config"], {}, "{}", "--config lacks its value"],
  ] as const;
  for (const [args, variables, config, message] of wrong) {
    await assertRejects(() => read(args, variables, config), UsageError, message);
  }
});
