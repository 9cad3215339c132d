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

/** A program of Node.js; it is killed at the end of the scope. */
export class NodeProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(file: string, cwd: string, env: Record<string, string> = {}) {
    this.#child = new Deno.Command("node", { args: [file], cwd, env, stdin: "null", stdout: "piped" })
      .spawn();
    this.#lines = lines(this.#child.stdout);
  }

  /** Waits for the next line that it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`it ended with ${(await this.#child.status).code} and printed nothing more`);
    return value;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#lines.return?.();
    await this.#child.status;
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
