/**
 * Registers the tests of several files in one process, which loads once what they share, and runs one after the other:
 *
 *     deno test -A tools/suite/together.ts -- REPORT FILE…
 *
 * The name of each test begins with its file's (`nameTogether()`). REPORT is written at the end: see `Together`.
 */
import { cpuUsage } from "node:process";
import { pathToFileURL } from "node:url";
import { nameTogether } from "./own_name.ts";

/** The counts of each file at the end, by its path. */
export type Together = Readonly<Record<string, Readonly<FileCounts>>>;

interface FileCounts {
  /** The number of tests that it has registered. */
  registered: number;
  /** Seconds of the processor that its tests took in this process. */
  cpuSeconds: number;
}

type TestParts = Partial<Deno.TestDefinition>;
type Register = typeof Deno.test;

const [report, ...paths] = Deno.args;
const counts = Object.fromEntries(paths.map((path) => [path, { registered: 0, cpuSeconds: 0 }]));
addEventListener("unload", () => Deno.writeTextFileSync(report!, JSON.stringify(counts)));

const { test } = Deno;
for (const path of paths) {
  Reflect.set(Deno, "test", registering(test, (parts) => named(path, parts)));
  try {
    await import(pathToFileURL(path).href);
  } catch (error) {
    Deno.test("is loaded", () => {
      throw error;
    });
  }
}

/** A function that registers tests, and those that it has for some of them, with other definitions of theirs. */
function registering(register: Register, of: (parts: TestParts) => Deno.TestDefinition): Register {
  return new Proxy(register, {
    apply: (register, self, parts) => Reflect.apply(register, self, [of(asOne(parts))]),
    get(register, key) {
      if (/^(before|after)/.test(String(key))) {
        throw new Error(
          `Cannot register ${String(key)}(): it would hold for other files, too. Let this file run alone`,
        );
      }
      const found = Reflect.get(register, key);
      return key === "only" || key === "ignore" ? registering(found, of) : found;
    },
  });
}

/** The parts that a test may be registered by, a name, options and a function, as one. */
function asOne(parts: readonly unknown[]): TestParts {
  return Object.assign(
    {},
    ...parts.map((part) => {
      if (typeof part === "string") return { name: part };
      return typeof part === "function" ? { fn: part } : part;
    }),
  );
}

/** A test of a file, which counts what it takes. */
function named(path: string, { fn, name = fn?.name ?? "", ...options }: TestParts): Deno.TestDefinition {
  const counted = counts[path]!;
  counted.registered++;
  const body = async (context: Deno.TestContext) => {
    const before = cpuUsage();
    try {
      await fn?.(context);
    } finally {
      const { user, system } = cpuUsage(before);
      counted.cpuSeconds += (user + system) / 1e6;
    }
  };
  return { ...options, name: nameTogether(path, name), fn: body };
}
