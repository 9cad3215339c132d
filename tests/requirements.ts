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

/** A Python that has a module, if there is one: the first of the path, or the system's. */
export async function pythonWith(module: string): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    const args = ["-c", `import ${module}`];
    const asked = new Deno.Command(python, { args, stdout: "null", stderr: "null" });
    if (await asked.output().then(({ success }) => success, () => false)) return python;
  }
}

/** Registers a test that needs a program; where it is not, one that says so (see {@linkcode skipped}). */
export async function testWith(program: string, name: string, fn: () => Promise<void>): Promise<void> {
  if (await isHere(program)) Deno.test(name, fn);
  else skipped(name, `${program} is not here`);
}
