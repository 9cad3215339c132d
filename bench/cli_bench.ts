/** How long the command line takes to start. */
import { type Figure, median } from "./figures.ts";

const RUNS = 15;

async function wallMs(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), { args: [...args], stdout: "null" }).output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
  return performance.now() - start;
}

/** Measures `sequoia --version` from source, beside an empty program. */
export async function cliBench(): Promise<Figure[]> {
  const version: number[] = [], empty: number[] = [];
  const nothing = await Deno.makeTempFile({ suffix: ".js" });
  for (let i = 0; i < RUNS; i++) {
    version.push(await wallMs(["run", "-A", "cli/main.ts", "--version"]));
    empty.push(await wallMs(["run", "-A", nothing]));
  }
  await Deno.remove(nothing);
  return [
    { name: "sequoia --version, from source", value: median(version), unit: "ms", atMost: 150 },
    { name: "an empty program", value: median(empty), unit: "ms" },
  ];
}
