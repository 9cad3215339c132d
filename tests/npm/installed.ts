/** The npm package of the program, as it is installed. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TOOL = fileURLToPath(new URL("../../tools/npm.ts", import.meta.url));

/** Runs a command. @returns all that it prints @throws {Error} if it fails */
export async function succeed(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${text}`);
  return text;
}

/** A folder with the package, and the command that starts its program. */
export interface Installed extends AsyncDisposable {
  readonly cwd: string;
  readonly program: readonly string[];
}

/** Makes a folder as `npm install` leaves it, but with the Deno that runs this test in the place of the `deno` package. */
export async function installed(): Promise<Installed> {
  const cwd = await Deno.makeTempDir({ prefix: "sequoia-npm-" });
  await succeed(Deno.execPath(), ["run", "-A", "--quiet", TOOL, join(cwd, "node_modules/sequoia-qos")], cwd);
  await Deno.mkdir(join(cwd, "node_modules/deno"));
  await Deno.writeTextFile(
    join(cwd, "node_modules/deno/install_api.cjs"),
    `module.exports = { runInstall: () => ${JSON.stringify(Deno.execPath())} };`,
  );
  return {
    cwd,
    program: ["node", join(cwd, "node_modules/sequoia-qos/bin/sequoia.js")],
    [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }),
  };
}
