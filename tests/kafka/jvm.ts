import { fileURLToPath } from "node:url";

const LOG_SETTINGS = fileURLToPath(new URL("log4j2.properties", import.meta.url));

/** Flags with which a JVM starts soon and stays small. */
const FLAGS = [
  "-Xmx320m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Djava.awt.headless=true",
  `-Dlog4j2.configurationFile=${LOG_SETTINGS}`,
];

/** The arguments with which `java` runs a class. */
export function javaArgs(classPath: string, main: string, args: readonly string[]): string[] {
  return [...FLAGS, "-cp", classPath, main, ...args];
}

/**
 * Starts a program in the background, sends it the signals that are named on standard input, line by line, and
 * kills it when that ends. The pipe ends with the process that holds its other end, however that dies: so no
 * broker outlives its test. (Standard input is moved to 3, as what runs in the background gets an empty one.)
 */
const KEEPER = `
log=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >>"$log" 2>&1 &
program=$!
(while read -r signal; do kill -s "$signal" "$program"; done <&3; kill -s KILL "$program") &
keeper=$!
wait "$program"; status=$?
kill -s KILL "$keeper"
exit "$status"`;

/** A JVM under way; it ends with this process at the latest. */
export class Jvm {
  readonly #child: Deno.ChildProcess;
  readonly #signals: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>;

  /** Starts it; what it says is appended to the file `log`. */
  constructor(log: string, args: readonly string[]) {
    this.#child = new Deno.Command("sh", {
      args: ["-c", KEEPER, "keeper", log, "java", ...args],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#signals = this.#child.stdin.getWriter();
    this.ended = this.#end();
  }

  async #end(): Promise<void> {
    await this.#child.status;
    await this.#signals.close().catch(() => {}); // a signal that came too late has broken the pipe
  }

  /** Sends a signal; nothing happens when it has ended. */
  signal(name: "TERM" | "KILL"): void {
    this.#signals.write(new TextEncoder().encode(`${name}\n`)).catch(() => {});
  }
}
