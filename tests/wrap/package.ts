import { fileURLToPath } from "node:url";

const TOOL = fileURLToPath(new URL("../../tools/wrap.ts", import.meta.url));

/** The package; it is made once for all tests of a process. */
let built: Promise<string> | undefined;

async function build(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-wrap-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", TOOL, folder],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return folder;
}

/** A folder in which the npm package of the wrappers is installed as it is published, with files of a test's own. */
export async function installed(
  files: Record<string, string>,
): Promise<{ readonly cwd: string } & AsyncDisposable> {
  const cwd = await Deno.makeTempDir({ prefix: "sequoia-wrap-" });
  await Deno.mkdir(`${cwd}/node_modules`);
  await Deno.symlink(await (built ??= build()), `${cwd}/node_modules/sequoia-wrap`);
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${cwd}/${name}`, text);
  return { cwd, [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }) };
}
