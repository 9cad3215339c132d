/** A program that is not Sequoia; it is killed at the end of the scope. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** Starts `program file` in a folder. */
  constructor(program: string, file: string, cwd: string, env: Record<string, string> = {}) {
    const options: Deno.CommandOptions = { args: [file], cwd, env, stdin: "null", stdout: "piped" };
    this.#child = new Deno.Command(program, options).spawn();
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
