/** A command in a pseudo-terminal, as a user runs it. */
import { Screen } from "../screen.ts";
import { freeAddress, PROGRAM } from "./sequoia.ts";

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** A command of the program in a terminal of its own; it is killed at the end of the scope. */
export class InTerminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #screen: Screen;
  readonly #device = Promise.withResolvers<string>();
  #written = () => {};
  #isOver = false;
  /** All that was written to the terminal. */
  text = "";

  constructor(args: readonly string[], { cwd, columns }: { readonly cwd: string; readonly columns: number }) {
    this.#screen = new Screen(columns);
    const line = [...PROGRAM, ...args].map(quoted).join(" ");
    this.#child = new Deno.Command("script", {
      args: ["-qec", `stty cols ${columns} rows 24; tty; exec ${line}`, "/dev/null"],
      cwd,
      env: { SEQUOIA_LOCAL: freeAddress(), SHELL: "/bin/sh", TERM: "xterm-256color" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** The lines on the screen, and those that have scrolled off it. */
  get lines(): string[] {
    return this.#screen.lines;
  }

  /** Resolves when the lines match; rejects if the command ends before. */
  async shows(pattern: RegExp): Promise<void> {
    await this.#until(() => pattern.test(this.lines.join("\n")), String(pattern));
  }

  /** Resolves when a text has been written `times` times more; rejects if the command ends before. */
  async writes(text: string, times: number): Promise<void> {
    const count = () => this.text.split(text).length - 1;
    const enough = count() + times;
    await this.#until(() => count() >= enough, JSON.stringify(text));
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    while (!isSo()) {
      if (this.#isOver) throw new Error(`it has ended, and showed no ${what}:\n${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => this.#written = resolve);
    }
  }

  /** Makes the terminal wider or narrower. */
  async resize(columns: number): Promise<void> {
    this.#screen.resize(columns);
    const args = ["-F", await this.#device.promise, "cols", String(columns)];
    await new Deno.Command("stty", { args }).output();
  }

  async press(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Resolves with the exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) {
      this.text += decoder.decode(bytes, { stream: true });
      const [, device] = /^(\/dev\/\S+)\r\n/.exec(this.text) ?? [];
      if (device !== undefined) this.#device.resolve(device);
      await this.#screen.write(bytes);
      this.#written();
    }
    this.#isOver = true;
    this.#written();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.ended();
  }
}
