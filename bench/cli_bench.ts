/** The start-up time of the command line. */
import { join } from "node:path";
import { installed } from "../tests/npm/installed.ts";
import { type Figure, median } from "./figures.ts";

const RUNS = 20;
/** The longest start of an installed program on an idle machine, in milliseconds. */
const LONGEST_MS = 150;

async function wallMs([command, ...args]: readonly string[], cwd?: string): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(command!, {
    args,
    stdout: "null",
    ...cwd !== undefined && { cwd },
    env: { DENO_NO_UPDATE_CHECK: "1", NODE_EXTRA_CA_CERTS: "" }, // who sets it pays for it with each program of Node.js
  }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
  return performance.now() - start;
}

/** Measures commands of the installed package, and `sequoia --version` from source, beside empty programs. */
export async function cliBench(): Promise<Figure[]> {
  await using place = await installed();
  await Deno.writeTextFile(join(place.cwd, "empty.js"), "");
  await new Deno.Command(place.program[0]!, { args: [...place.program.slice(1), "init"], cwd: place.cwd })
    .output();
  const starts: Readonly<Record<string, () => Promise<number>>> = {
    "sequoia --version, installed": () => wallMs([...place.program, "--version"], place.cwd),
    "sequoia --help, installed": () => wallMs([...place.program, "--help"], place.cwd),
    "sequoia workload, installed": () => wallMs([...place.program, "workload", "hello.ts"], place.cwd),
    "sequoia --version, from source": () =>
      wallMs([Deno.execPath(), "run", "-A", "cli/main.ts", "--version"]),
    "an empty program of Deno": () => wallMs([Deno.execPath(), "run", "-A", "empty.js"], place.cwd),
    "an empty program of Node.js": () => wallMs(["node", "empty.js"], place.cwd),
  };
  const tookMs = new Map<string, number[]>(Object.keys(starts).map((name) => [name, []]));
  for (let i = 0; i < RUNS; i++) { // in turns, as a machine has slow seconds
    for (const [name, start] of Object.entries(starts)) tookMs.get(name)!.push(await start());
  }
  return [...tookMs].map(([name, ms]) => ({
    name,
    value: median(ms),
    unit: "ms",
    ...name.startsWith("sequoia") && { atMost: LONGEST_MS },
  }));
}
