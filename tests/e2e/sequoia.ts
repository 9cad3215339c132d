/** Runs the real command line in real processes. */
import { fileURLToPath } from "node:url";
import { realClock, systemRandom } from "../../lib/model/mod.ts";
import { LocalServer } from "../../lib/platform/mod.ts";
import { parseProfile } from "../../lib/provider/mod.ts";
import { programLine } from "../../tools/program.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The result of a command. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how a command runs. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Shell commands that run before it in its process, for limits. (Default: none) */
  readonly before?: string;
  /** The command that starts the program. (Default: `PROGRAM`) */
  readonly program?: readonly string[];
}

const MADE = Deno.env.get("PROGRAM");

/** The command that starts the program, from its sources or as a lane has made it (`tests/lanes.ts`). */
export const PROGRAM: readonly string[] = MADE === undefined
  ? [Deno.execPath(), "run", "-A", "--quiet", MAIN]
  : programLine(MADE);

function commandOf(
  args: readonly string[],
  { cwd, env = {}, before, program = PROGRAM }: RunOptions,
): Deno.Command {
  const line = [...program, ...args];
  const limited = ["sh", "-c", `${before}; exec "$0" "$@"`, ...line];
  const [command, ...rest] = (before === undefined ? line : limited) as [string, ...string[]];
  return new Deno.Command(command, {
    args: rest,
    cwd,
    env: {
      NO_COLOR: "1",
      SEQUOIA_LOCAL: freeAddress(), // commands side by side share no local platform
      SEQUOIA_MAX_LATE: "none", // a busy machine is no fault
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command to its end. */
export async function run(args: readonly string[], options: RunOptions): Promise<Ran> {
  const { code, stdout, stderr } = await commandOf(args, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a command that must succeed, and gives its result as JSON. */
export async function runJson(args: readonly string[], options: RunOptions): Promise<unknown> {
  const { code, stdout, stderr } = await run([...args, "--json"], options);
  if (code !== 0) throw new Error(`sequoia ${args.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A command under way. Its output is gathered; it is killed at the end of the scope. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #readers: Promise<void>[];
  readonly #listeners = new Set<() => void>();
  stdout = "";
  stderr = "";
  /** Whether it has ended. */
  isOver = false;

  constructor(args: readonly string[], options: RunOptions) {
    this.#child = commandOf(args, options).spawn();
    this.#readers = [
      this.#read(this.#child.stdout, (text) => this.stdout += text),
      this.#read(this.#child.stderr, (text) => this.stderr += text),
    ];
    void this.#child.status.then(() => this.isOver = true);
  }

  async #read(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
    for await (
      const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    ) {
      add(text);
      for (const listener of this.#listeners) listener();
    }
  }

  /** Resolves when the output matches; rejects if the command ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) found.resolve(match);
    };
    this.#listeners.add(look);
    look();
    this.ended.then(({ code }) =>
      found.reject(new Error(`it ended with ${code} before it said ${pattern}: ${this.stderr}`))
    );
    return await found.promise.finally(() => this.#listeners.delete(look));
  }

  /** Resolves when it has ended; rejects, with what it has said, if it has not after a while, in milliseconds. */
  async endsWithin(ms: number): Promise<Ran> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`it has not ended within ${ms} ms; it said: ${this.stdout}${this.stderr}`)),
      ms,
    );
    return await Promise.race([this.ended, late.promise]).finally(() => clearTimeout(timer));
  }

  get ended(): Promise<Ran> {
    return Promise.all([this.#child.status, ...this.#readers]).then(([{ code }]) => ({
      code,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  get pid(): number {
    return this.#child.pid;
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
    await this.ended;
  }
}

/** A folder of the test's own, gone at the end of the scope. */
export async function folder(
  files: Record<string, string> = {},
): Promise<{ readonly cwd: string } & AsyncDisposable> {
  const cwd = await Deno.makeTempDir({ prefix: "sequoia-test-" });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${cwd}/${name}`, text);
  return { cwd, [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }) };
}

/** The address of a port that is free now. */
export function freeAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
}

/** A local platform in this process, which ends with the scope. */
export function localPlatform(profile = "ideal"): LocalServer {
  const chance = { clock: realClock, random: systemRandom() };
  return new LocalServer({ profile: parseProfile(profile), ...chance, listen: "127.0.0.1:0" });
}
