import { join } from "node:path";
import types from "../lib/sequoia.d.ts" with { type: "text" };
import { type Command, COMMON } from "./command.ts";
import { UsageError } from "./errors.ts";
import { openLog } from "./log.ts";
import { readOptions } from "./options.ts";

const options = { ...COMMON } as const;

/** A chain whose functions need no server and take a second together. */
const HELLO = `import { chain, constant, fn } from "sequoia";

// A function without a url or a body is modelled: the local platform takes as long as "time" says.
// To call your own: fn("greet", { url: "https://example.com/greet", timeout: "10s" }).
const greet = fn("greet", { time: constant("400ms") });
const write = fn("write_card", { time: constant("300ms") });
const send = fn("send", { time: constant("300ms") });

export default chain("hello", ({ call }) => {
  const greeting = call(greet);
  const card = call(write, { after: greeting });
  call(send, { after: card });
});
`;

/** For \`deno check\`, and for editors with Deno's language server. */
const DENO = { imports: { sequoia: "./sequoia.d.ts" } };

/** For \`tsc\`, and for all other editors. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    types: [],
    paths: { sequoia: ["./sequoia.d.ts"] },
  },
};

const FILES: Readonly<Record<string, { readonly text: string; readonly what: string }>> = {
  "hello.ts": { text: HELLO, what: "a chain of three functions" },
  "sequoia.d.ts": { text: types, what: 'the types of the module "sequoia"' },
  "tsconfig.json": { text: lines(TSCONFIG), what: "where editors and tsc find these types" },
  "deno.json": { text: lines(DENO), what: "where deno check finds them" },
};

function lines(value: object): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/** `sequoia init` */
export const command: Command = {
  summary: "write a starter workload, with types for the editor",
  usage: "[FOLDER] [options]",
  examples: [
    ["sequoia init", "in this folder"],
    ["sequoia init chains", "in the folder chains, which is made if it is missing"],
  ],
  options,
  async run(args, { print }) {
    const { values, rest } = readOptions(options, args);
    openLog(values);
    if (rest.length > 1) throw new UsageError(`init: name one folder, not ${rest.length}`);
    const folder = rest[0] ?? ".";
    await makeFolder(folder);
    const written: string[] = [], kept: string[] = [];
    for (const [name, { text }] of Object.entries(FILES)) {
      const isNew = await writeNew(join(folder, name), text);
      (isNew ? written : kept).push(name);
    }
    if (values.json) return print(JSON.stringify({ folder, written, kept }));
    for (const name of written) print(`wrote ${join(folder, name)}: ${FILES[name]!.what}`);
    for (const name of kept) print(`kept ${join(folder, name)}, which is there already`);
    print("");
    print("In one terminal:  sequoia consume");
    print(`In another one:   sequoia produce ${join(folder, "hello.ts")} --count 5 --wait`);
  },
};

/** @throws {UsageError} if it cannot be made */
async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    throw new UsageError(`init: Cannot make the folder ${path}: ${(cause as Error).message}. Name another`, {
      cause,
    });
  }
}

/** @returns whether there was no such file */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
