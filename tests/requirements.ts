async function isHere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Registers a test that needs a program. Where it is not, the test says so: it is ignored, or fails in CI (environment
 * variable `CI`), where nothing may be skipped.
 */
export async function testWith(program: string, name: string, fn: () => Promise<void>): Promise<void> {
  if (await isHere(program)) return Deno.test(name, fn);
  Deno.test({
    name: `${name} (skipped: ${program} is not here)`,
    ignore: !Deno.env.get("CI"),
    fn: () => {
      throw new Error(`Cannot skip in CI: ${program} is not here`);
    },
  });
}
