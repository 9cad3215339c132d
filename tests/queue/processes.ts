import { TextLineStream } from "./text_lines.ts";
import type { Work } from "./child_worker.ts";

/** A child process that works on a queue. */
export interface Worker extends AsyncDisposable {
  /** The lines that it prints. */
  readonly lines: AsyncIterable<string>;
  kill(): void;
}

/** Starts one; `before` are shell commands for limits and the like. */
export function startWorker(path: string, work: Work, before?: string): Worker {
  const script = new URL("child_worker.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, path, JSON.stringify(work)];
  const command = before === undefined
    ? new Deno.Command(Deno.execPath(), { args, stdout: "piped" })
    : new Deno.Command("sh", {
      args: ["-c", `${before}; exec "$0" "$@"`, Deno.execPath(), ...args],
      stdout: "piped",
    });
  const child = command.spawn();
  let killed = false;
  return {
    lines: child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()),
    kill() {
      if (!killed) child.kill("SIGKILL");
      killed = true;
    },
    async [Symbol.asyncDispose]() {
      await child.status;
    },
  };
}
