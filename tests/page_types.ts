/** Checks browser JavaScript with types in comments, while all else is checked for Deno. */
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };

/** The type errors of the modules in a folder, as the checker prints them; "" if there are none. */
export async function pageTypeErrors(folder: URL): Promise<string> {
  const cwd = fileURLToPath(folder), config = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const { uplot } = project.imports;
    const compilerOptions = {
      ...project.compilerOptions,
      checkJs: true,
      lib: ["dom", "dom.iterable", "esnext"],
    };
    await Deno.writeTextFile(
      config,
      JSON.stringify({ imports: { uplot }, nodeModulesDir: "none", compilerOptions }),
    );
    const names = (await Array.fromAsync(Deno.readDir(cwd))).map(({ name }) => name);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "--quiet",
        "--no-lock",
        "--config",
        config,
        ...names.filter((name) => name.endsWith(".js")),
      ],
      cwd,
      env: { NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(config);
  }
}
