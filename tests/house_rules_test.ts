/** Rules that the linter does not know. */
import { assertEquals } from "@std/assert";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Time and chance come in as arguments; only these may ask the machine for them. The wrappers' is one, as they run in users'
 * functions, where nobody hands a clock in.
 */
const SOURCES = /^lib\/(model\/(clock|random)\.ts|wrap\/runtime\.ts|std\/)/;
const FROM_OUTSIDE =
  /\b(Date\.now|performance\.now|Math\.random|setTimeout|setInterval|crypto\.getRandomValues)\(/;
/** Nothing in lib reads the command line, prints or exits. */
const OF_PROGRAMS = /\b(Deno\.args|Deno\.exit|console\.\w+)\b/;
/** The hosts of registries belong into no file: who installs has settings for that. */
const REGISTRIES = /registry\.npmjs\.org|jsr\.io\/@|deno\.land\/x/;

/** A property that does not hold must say how it is played again: see tests/fast_check. */
const BYPASSES = /["'](npm:fast-check\b.*|fast-check\/.+)["']|\bfc\.(check|configureGlobal)\(/;

/** The folders with TypeScript. */
const FOLDERS = ["lib", "cli", "tests", "bench", "demo", "paper", "tools", "workloads", "clients"];
/** Docstrings open with a noun or a verb (“The parsed options.”, “Called when …”), not with a riddle; some words nobody says. */
const RIDDLES =
  /\/\*\*(?:\n *\*)? (?:What|Whom|(?:For |By |At )?how|Is told|Told|Says|(?:At most )?so (?:many|long|much))\b.*|(?:^|\s)(?:\/\/|\/?\*+) .*\b(?:lest|anew|heed(?:s|ed)?|mend(?:s|ed)?|of which|nobody is told|told otherwise|is none that|so (?:many|much|long|few)(?! (?:as|that)\b))\b.*/gim;

/** Lines of a source file at most, tests aside: who reads it sees its idea at one sitting. */
const LONGEST = 400;
/** Signatures that a program has written. */
const GENERATED = /^lib\/(api\/|sequoia\.d\.ts$)/;

/** The project's own files of some kinds, by their paths. */
async function* files(folder: string, kinds: RegExp): AsyncGenerator<{ path: string; text: string }> {
  for await (const entry of Deno.readDir(join(ROOT, folder))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* files(path, kinds);
    else if (kinds.test(entry.name)) {
      yield { path: relative(".", path), text: await Deno.readTextFile(join(ROOT, path)) };
    }
  }
}

/** The number of lines, if a source file is longer than allowed. */
function tooLong(path: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").length;
  return lines > LONGEST ? [`${path}: ${lines} lines`] : [];
}

/** The lines of code in which a rule is broken; comments may speak of anything. */
function broken(path: string, text: string, rule: RegExp): string[] {
  return text.split("\n").flatMap((line, i) =>
    rule.test(line.replace(/(^|\s)(\/\/|\*|\/\*).*$/, "")) ? [`${path}:${i + 1}: ${line.trim()}`] : []
  );
}

Deno.test("lib/ takes time and chance from its arguments", async () => {
  const found: string[] = [];
  for await (const { path, text } of files("lib", /(?<!_test)\.ts$/)) {
    if (!SOURCES.test(path)) found.push(...broken(path, text, FROM_OUTSIDE));
  }
  assertEquals(found, []);
});

Deno.test("lib/ neither prints nor exits nor reads the command line", async () => {
  const found: string[] = [];
  for await (const { path, text } of files("lib", /(?<!_test)\.ts$/)) {
    if (!path.startsWith("lib/std/")) found.push(...broken(path, text, OF_PROGRAMS));
  }
  assertEquals(found, []);
});

Deno.test("no file names a registry's host", async () => {
  const found: string[] = [];
  const texts = ["deno.json", "deno.lock", "README.md", ".ci/run"];
  for (const path of texts) {
    found.push(...broken(path, await Deno.readTextFile(join(ROOT, path)), REGISTRIES));
  }
  for (const folder of ["lib", "cli", "bench", "demo", "paper", "tools", "workloads", "clients"]) {
    for await (const { path, text } of files(folder, /\.ts$/)) found.push(...broken(path, text, REGISTRIES));
  }
  assertEquals(found, []);
});

Deno.test("the lock file holds only packages that deno.json names", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const { specifiers } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const named = Object.values<string>(imports);
  assertEquals(
    Object.keys(specifiers).filter((name) => !named.some((wanted) => `${wanted}/`.startsWith(`${name}/`))),
    [],
  );
});

Deno.test("every property can be played again", async () => {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    for await (const { path, text } of files(folder, /\.ts$/)) {
      if (!/^(tests\/(fast_check\/|house_rules_test)|tools\/compile\.ts)/.test(path)) {
        found.push(...broken(path, text, BYPASSES));
      }
    }
  }
  assertEquals(found, []);
});

Deno.test("docstrings are in plain English", async () => {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    for await (const { path, text } of files(folder, /\.ts$/)) {
      if (path === "tests/house_rules_test.ts") continue; // it names what it forbids
      found.push(...(text.match(RIDDLES) ?? []).map((comment) => `${path}: ${comment.trim()}`));
    }
  }
  assertEquals(found, []);
});

Deno.test("a source file has 400 lines at most", async () => {
  const found: string[] = [];
  for (const folder of ["lib", "cli", "bench", "demo", "paper", "tools", "workloads", "clients"]) {
    for await (const { path, text } of files(folder, /(?<!_test)\.(tsx?|js|css)$/)) {
      if (!GENERATED.test(path)) found.push(...tooLong(path, text));
    }
  }
  assertEquals(found, []);
});

Deno.test("the rules tell what breaks them", () => {
  assertEquals([400, 401].map((lines) => tooLong("a.ts", "1;\n".repeat(lines))), [[], ["a.ts: 401 lines"]]);
  assertEquals(broken("a.ts", "const t = Date.now();\n// Date.now() is forbidden", FROM_OUTSIDE), [
    "a.ts:1: const t = Date.now();",
  ]);
  assertEquals(broken("a.ts", "console.log(1)", OF_PROGRAMS).length, 1);
  assertEquals(broken("a.ts", " * console.log(1)", OF_PROGRAMS), []);
  assertEquals(broken("a.ts", 'import fc from "npm:fast-check@4"', BYPASSES).length, 1);
  assertEquals(broken("a.ts", 'import fc from "fast-check/plain"', BYPASSES).length, 1);
  assertEquals(broken("a.ts", "const { failed } = fc.check(property);", BYPASSES).length, 1);
  assertEquals(broken("a.ts", 'import fc from "fast-check"', BYPASSES), []);
  const riddles = [
    "/** What is read. */",
    "/**\n * How long it takes. */",
    "/** So many lines. */",
    "// lest it ends",
    "/** Calls, of which none ran. (Default: nobody is told) */",
    "// it is mended later",
    "/** Resolves after so many calls. */",
  ];
  assertEquals(riddles.filter((comment) => comment.match(RIDDLES) === null), []);
  assertEquals(
    "/** Returns what is read. Whatever comes, so long as it comes. */\nconst lest = 1;".match(
      RIDDLES,
    ),
    null,
  );
});
