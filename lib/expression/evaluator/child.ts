import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { bodyLength, frameOf, HEAD, textOfBody } from "../frames.ts";
import { SIGNALS } from "../full/watched.ts";

/** The end of an evaluator's process: for the time or memory that it used, by somebody outside, or before it could begin. */
export type Ended = "time" | "memory" | "outside" | "unready";

/** The subcommand of the single binary that is an evaluator. */
export const EVALUATOR = "evaluate-expressions";

/** Most memory of JavaScript's values, in MiB. */
const MOST_HEAP = 256;

/** Signals that end a process without a fault of its own: from a user, a service manager, or a machine without memory. */
const OUTSIDE: readonly (string | null)[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

/** The process of an evaluator: texts go in, and their answers come out in the same order. */
export class Child {
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #isReady = false;

  /**
   * @param onAnswer called with each answer
   * @throws {Error} if the machine cannot start a process now
   */
  constructor(onAnswer: (text: string) => void) {
    this.#process = evaluatorCommand().spawn();
    this.#input = this.#process.stdin.getWriter();
    this.ended = this.#run(onAnswer);
  }

  /** Sends a text. */
  send(text: string): void {
    this.#input.write(frameOf(text)).catch(() => {}); // how the process has ended tells all
  }

  /** Ends it, with whatever it is doing. */
  async end(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await this.ended;
  }

  async #run(onAnswer: (text: string) => void): Promise<Ended> {
    await this.#read((text) => {
      if (this.#isReady) onAnswer(text);
      this.#isReady = true;
    });
    const { signal } = await this.#process.status;
    await this.#input.abort().catch(() => {});
    if (OUTSIDE.includes(signal)) return "outside";
    if (!this.#isReady) return "unready";
    return signal === SIGNALS.time ? "time" : "memory";
  }

  async #read(onText: (text: string) => void): Promise<void> {
    const head = new Uint8Array(HEAD);
    let part = head, filled = 0;
    for await (const chunk of this.#process.stdout) {
      for (let at = 0; at < chunk.length;) {
        const more = chunk.subarray(at, at + part.length - filled);
        part.set(more, filled);
        at += more.length;
        filled += more.length;
        if (filled < part.length) continue;
        filled = 0;
        if (part === head) part = new Uint8Array(bodyLength(head));
        else {
          onText(textOfBody(part));
          part = head;
        }
      }
    }
  }
}

/** Runs an evaluator as a process of its own. */
export function evaluatorCommand(): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: Deno.build.standalone ? [EVALUATOR] : sourceArgs(),
    env: { DENO_V8_FLAGS: `--max-old-space-size=${MOST_HEAP}`, NO_COLOR: "1" },
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  });
}

/** It may do nothing but look at what it uses, and end itself; and load its second thread. */
function sourceArgs(): string[] {
  const main = fileURLToPath(import.meta.resolve("../full/main.ts"));
  const allowed = ["--allow-sys", "--allow-run", `--allow-read=${dirname(main)}`];
  return ["run", "--quiet", "--no-prompt", "--no-lock", "--cached-only", ...allowed, main];
}
