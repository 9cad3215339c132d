import { skipped } from "./lanes.ts";

async function isHere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Registers a test that needs a program; where it is not, one that says so (see {@linkcode skipped}). */
export async function testWith(program: string, name: string, fn: () => Promise<void>): Promise<void> {
  if (await isHere(program)) Deno.test(name, fn);
  else skipped(name, `${program} is not here`);
}
