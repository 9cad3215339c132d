import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { bodyLength, frameOf, HEAD, textOfBody } from "../frames.ts";
import { SIGNALS } from "../full/watched.ts";

/** How an evaluator's process has ended: for the time or memory that it used, by somebody outside, or before it could begin. */
export type Ended = "time" | "memory" | "outside" | "unready";

/** The subcommand of the single binary that is an evaluator. */
export const EVALUATOR = "evaluate-expressions";

/** Most memory of JavaScript's values, in MiB. */
const MOST_HEAP = 256;

/** What ends a process that has done nothing wrong: a user, a service manager, or a machine without memory. */
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
    this.#process = new Deno.Command(Deno.execPath(), {
      args: Deno.build.standalone ? [EVALUATOR] : sourceArgs(),
      env: { DENO_V8_FLAGS: `--max-old-space-size=${MOST_HEAP}`, NO_COLOR: "1" },
      ...{ stdin: "piped", stdout: "piped", stderr: "null" },
    }).spawn();
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
    let bytes = new Uint8Array();
    for await (const chunk of this.#process.stdout) {
      bytes = joined(bytes, chunk);
      let at = 0;
      while (bytes.length - at >= HEAD) {
        const length = bodyLength(bytes.subarray(at));
        if (bytes.length - at < HEAD + length) break;
        onText(textOfBody(bytes.subarray(at + HEAD, at + HEAD + length)));
        at += HEAD + length;
      }
      bytes = bytes.subarray(at);
    }
  }
}

/** It may do nothing but look at what it uses, and end itself; and load its second thread. */
function sourceArgs(): string[] {
  const main = fileURLToPath(import.meta.resolve("../full/main.ts"));
  const allowed = ["--allow-sys", "--allow-run", `--allow-read=${dirname(main)}`];
  return ["run", "--quiet", "--no-prompt", "--no-lock", "--cached-only", ...allowed, main];
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
