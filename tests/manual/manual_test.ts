/** The manual is true as far as a program can tell: links, commands, codes of errors. `tools/run_manual.ts` runs its commands. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { COMMANDS } from "../../cli/commands.ts";
import { readOptions } from "../../cli/shell/options.ts";
import { URL_SCHEMES } from "../../lib/model/mod.ts";
import { profileSummaries } from "../../lib/provider/mod.ts";
import { policySummaries } from "../../lib/policies/mod.ts";
import { ROOT } from "../../tools/manual/pages.ts";
import { commandLines } from "./command_lines.ts";
import { codesInCode, codesInPage } from "./error_codes.ts";
import { anchorsOf, type CommandBlock, commandBlocks, linksOf, type Page, readPages } from "./pages.ts";

const pages = await readPages();
const pageAt = (path: string) => pages.find((page) => page.path === path)!;

Deno.test("the README is a first page of at most 150 lines", () => {
  assert(pageAt("README.md").text.trimEnd().split("\n").length <= 150);
});

Deno.test("the words for the README's picture say what it shows", async () => {
  const [, words = "", picture = ""] =
    /<img alt="([^"]*)"[^>]* src="([^"]*)"/.exec(pageAt("README.md").text) ?? [];
  const [counts] = /\d+ of \d+/.exec(words) ?? [];
  const drawn = await Deno.readTextFile(new URL(picture, ROOT));
  assert(counts !== undefined && drawn.includes(`>${counts} (`), `${picture} does not show "${counts}"`);
});

Deno.test("each page of the manual is linked from the README", () => {
  const linked = linksOf(pageAt("README.md")).map((link) => link.replace(/#.*/, ""));
  assertEquals(
    pages.map(({ path }) => path).filter((path) => path !== "README.md" && !linked.includes(path)),
    [],
  );
});

/** Words that strangers stumble over, in pages and in the commands' help, which docs/cli.md has. */
const RIDDLES = /\b(lest|anew|heed(s|ed)?|so many|so wide|is none that|are none that)\b/i;

Deno.test("pages are in plain English", () => {
  const lines = pages.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, i) => RIDDLES.test(line) ? [`${path}:${i + 1}: ${line}`] : [])
  );
  assertEquals(lines, []);
});

/** The fault of a link, if it has one. */
async function fault(page: Page, link: string): Promise<string | undefined> {
  if (/^(https?|mailto):/.test(link)) return undefined;
  const [, path = "", anchor] = /^([^#]*)(?:#(.*))?$/.exec(link)!;
  const target = path === "" ? page.path : new URL(path, new URL(page.path, "file:///")).pathname.slice(1);
  const found = pages.find((other) => other.path === target);
  if (found === undefined && !await exists(target)) return `${page.path}: ${link}: there is no ${target}`;
  if (anchor === undefined || (found && anchorsOf(found).has(anchor))) return undefined;
  return `${page.path}: ${link}: ${target} has no such heading`;
}

Deno.test("links lead somewhere", async () => {
  const faults = await Promise.all(pages.flatMap((page) => linksOf(page).map((link) => fault(page, link))));
  assertEquals(faults.filter((text) => text !== undefined), []);
});

/** The files that a page names in code, as `lib/model/join.ts`, or `e2e/kinds_test` in the tables of tests. */
function filesNamedIn({ text }: Page): string[] {
  const words = [...text.matchAll(/`([\w./-]+)`/g)].map(([, word]) => word!);
  const isPath = /^(lib|cli|tests|tools|deploy|bench|demo|proto|workloads)\/\w|\/\w+_test$/;
  return [...new Set(words.filter((word) => isPath.test(word) && !word.includes("NAME")))];
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, ROOT)).then(() => true, () => false);
}

Deno.test("files that the manual names are there", async () => {
  const missing: string[] = [];
  let seen = 0;
  for (const page of pages.filter(({ path }) => path !== "CHANGELOG.md")) {
    for (const name of filesNamedIn(page)) {
      seen++;
      const places = /_test$/.test(name)
        ? ["", "lib/", "tests/"].map((folder) => `${folder}${name}.ts`)
        : [name];
      if (!(await Promise.all(places.map(exists))).includes(true)) missing.push(`${page.path}: ${name}`);
    }
  }
  assertEquals(missing, []);
  assert(seen > 100, "names were found");
});

/** The faults of the `sequoia` commands among some commands. */
async function wrongCommands(where: string, commands: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [program, name = "", ...args] of commandLines(commands)) {
    if (program !== "sequoia" || name.startsWith("-")) continue;
    try {
      if (!Object.hasOwn(COMMANDS, name)) throw new Error(`there is no command "${name}"`);
      const { command } = await COMMANDS[name]!.load();
      readOptions(command.options, args);
    } catch (error) {
      faults.push(`${where}: sequoia ${name} ${args.join(" ")}: ${(error as Error).message}`);
    }
  }
  return faults;
}

Deno.test("commands in the manual have only options that exist, with values that can be read", async () => {
  const blocks = pages.flatMap(commandBlocks);
  assert(blocks.length > 10, "the blocks were found");
  const faults = await Promise.all(
    blocks.map(({ page, line, commands }: CommandBlock) => wrongCommands(`${page}:${line}`, commands)),
  );
  assertEquals(faults.flat(), []);
});

Deno.test("examples in the commands' help have only options that exist, with values that can be read", async () => {
  const faults: string[] = [];
  for (const [name, { load }] of Object.entries(COMMANDS)) {
    const { examples } = (await load()).command;
    for (const [line] of examples) faults.push(...await wrongCommands(name, line));
  }
  assertEquals(faults, []);
});

Deno.test("docs/errors.md explains each code, and no others", async () => {
  const present = await codesInCode(), explained = codesInPage(pageAt("docs/errors.md").text);
  for (const [name, codes] of present) assertEquals(explained.get(name), codes, name);
  assertEquals([...explained.keys()].sort(), [...present.keys()].sort());
});

/** The names in the first column of the tables of a page's part, without repetitions. */
function firstColumn(text: string): string[] {
  return [...new Set([...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!))];
}

Deno.test("docs/policies.md has a row for each policy", () => {
  const [, table = ""] = /^([^]*?)^## /m.exec(pageAt("docs/policies.md").text) ?? [];
  assertEquals(firstColumn(table).sort(), policySummaries().map(({ name }) => name).sort());
});

Deno.test("docs/platforms.md has a row for each kind, and the row bad-url of docs/errors.md names its scheme", () => {
  const [, table = ""] = /^([^]*?)^## /m.exec(pageAt("docs/platforms.md").text) ?? [];
  const rows = firstColumn(table);
  const [badUrl = ""] = /^\| `bad-url`.*$/m.exec(pageAt("docs/errors.md").text) ?? [];
  for (const { scheme } of URL_SCHEMES) {
    assert(rows.some((row) => row.startsWith(`${scheme}:`)), `docs/platforms.md has no row for ${scheme}:`);
    assert(badUrl.includes(`\`${scheme}:`), `the row bad-url of docs/errors.md does not name ${scheme}:`);
  }
});

Deno.test("docs/loading-and-probing.md has a row for each profile", () => {
  const [, table = ""] = /^## Profiles$([^]*?)^## /m.exec(pageAt("docs/loading-and-probing.md").text) ?? [];
  assertEquals(firstColumn(table), profileSummaries().map(([name]) => name));
});

Deno.test("the README has a row for each command", () => {
  const rows = pageAt("README.md").text.matchAll(/^\| \[`([a-z]+)`\]\(docs\/cli\.md/gm);
  assertEquals([...rows].map(([, name]) => name!).sort(), Object.keys(COMMANDS).sort());
});

Deno.test("commandLines() reads what the manual writes", () => {
  assertEquals(
    commandLines(
      "# first\nsequoia a --b 'c d'  # said\nsequoia e \\\n  --f \"g {% h %}\" | tee i > j && k & l; m\n",
    ),
    [
      ["sequoia", "a", "--b", "c d"],
      ["sequoia", "e", "--f", "g {% h %}"],
      ["tee", "i"],
      ["j"],
      ["k"],
      ["l"],
      ["m"],
    ],
  );
});

Deno.test("commandBlocks() reads fences", () => {
  const text =
    'a\n```sh\none\n```\n```sh skip="why"\ntwo\n```\n```sh background\nthree\n```\n```ts\nfour\n```\n';
  assertEquals(commandBlocks({ path: "p.md", text }), [
    { page: "p.md", line: 2, commands: "one\n", skip: undefined, isBackground: false },
    { page: "p.md", line: 5, commands: "two\n", skip: "why", isBackground: false },
    { page: "p.md", line: 8, commands: "three\n", skip: undefined, isBackground: true },
  ]);
  assertThrows(() => commandBlocks({ path: "p.md", text: "```sh later\nx\n```\n" }), SyntaxError, "p.md:1");
});
