// deno-lint-ignore-file no-console -- a part of programs: what it prints is theirs
/** The command line in processes of its own, as a user runs it. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** The streams of a program: those of this one, or kept. */
export type Streams = Pick<Deno.CommandOptions, "stdout" | "stderr">;

/** Starts `sequoia` with arguments. */
export function sequoia(args: readonly string[], streams: Streams = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, ...args],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    ...streams,
  }).spawn();
}

/** Runs `sequoia` to its end. @throws {Error} if it fails */
export async function run(args: readonly string[], streams: Streams = {}): Promise<void> {
  const { code } = await sequoia(args, streams).status;
  if (code !== 0) throw new Error(`sequoia ${args[0]} ended with ${code}`);
}

/** A program that runs beside another, until it is ended. */
export interface Companion extends AsyncDisposable {
  readonly child: Deno.ChildProcess;
}

/** Starts a program. Its log is shown only if it fails: the terminal is the other program's, and the report says what it did. */
export function companion(
  args: readonly string[],
  stdout: "inherit" | "piped" | "null" = "inherit",
): Companion {
  const child = sequoia(args, { stdout, stderr: "piped" });
  const log = new Response(child.stderr).text();
  const end = async () => {
    child.kill("SIGTERM");
    const { code } = await child.status;
    if (code !== 0) console.error((await log).trimEnd());
  };
  return { child, [Symbol.asyncDispose]: end };
}

/**
 * Starts a local platform on a free port; resolves when it listens.
 *
 * @param more further options of `sequoia functions`
 */
export async function platform(
  profile: string,
  more: readonly string[] = [],
): Promise<Companion & { readonly address: string }> {
  const options = ["--listen", "127.0.0.1:0", "--profile", profile, "--json", ...more];
  const served = companion(["functions", ...options], "piped");
  const { value = "" } = await served.child.stdout.pipeThrough(new TextDecoderStream()).values({
    preventCancel: true,
  }).next();
  return { ...served, address: new URL(JSON.parse(value).url).host };
}
