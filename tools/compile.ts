/**
 * Makes the single binary `dist/sequoia`. Where Deno cannot download its runtime, DENORT_BIN names a local one, and
 * DENO_COMPILE the deno of the same version to compile with.
 */
const deno = Deno.env.get("DENO_COMPILE") ?? Deno.execPath();

await Deno.mkdir("dist", { recursive: true });
const { code } = await new Deno.Command(deno, {
  args: [
    "compile",
    "--quiet",
    "--no-check",
    "-A",
    "--include",
    "lib/mod.ts",
    "--output",
    "dist/sequoia",
    "cli/main.ts",
  ],
  // the compiler's stack overflows on some dependency trees with the default size
  env: { RUST_MIN_STACK: "67108864" },
}).spawn().status;
Deno.exit(code);
