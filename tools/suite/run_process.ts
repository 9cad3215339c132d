import { stripVTControlCharacters } from "node:util";
import { type Case, readTests } from "./junit.ts";

/** The options for running tests. */
export interface RunOptions {
  readonly root: string;
  readonly env: Record<string, string>;
  /** More options of `deno test`. */
  readonly args: readonly string[];
  /** It is ended, with what it started, after this time in milliseconds. */
  readonly longestMs: number;
  /** Ends it before. */
  readonly stop: AbortSignal;
}

/** The outcome of a process of `deno test`. */
export interface TestProcess {
  readonly seconds: number;
  /** Seconds of the processor, of all that it has started, too; undefined: not known. */
  readonly cpuSeconds?: number;
  readonly tests: readonly Case[];
  /** Why it failed as a whole, beside its tests. */
  readonly fault?: string;
  /** All that it printed. */
  readonly text: string;
}

/** Runs tests in a process of their own. @param what the last arguments of `deno test`: a file, and arguments of its own */
export async function runTests(what: readonly string[], options: RunOptions): Promise<TestProcess> {
  const { root, env, args, longestMs, stop } = options;
  const report = await Deno.makeTempFile({ prefix: "sequoia-tests-", suffix: ".xml" });
  const times = await Deno.makeTempFile({ prefix: "sequoia-tests-", suffix: ".times" });
  try {
    const startMs = performance.now();
    const line = ["test", "-A", "--quiet", "--no-check", `--junit-path=${report}`, ...args, ...what];
    const timed = counted([Deno.execPath(), ...line], times);
    const ran = await runWhole(timed, root, env, AbortSignal.any([stop, AbortSignal.timeout(longestMs)]));
    const seconds = (performance.now() - startMs) / 1000;
    const tests = readTests(await Deno.readTextFile(report));
    const cpuSeconds = cpuSecondsIn(await Deno.readTextFile(times));
    const fault = ran.wasEnded
      ? `ended after ${Math.round(seconds)} s`
      : ran.code !== 0 && tests.every(({ state }) => state !== "failed")
      ? `ended with ${ran.code}`
      : undefined;
    return {
      ...{ seconds, tests, text: ran.text },
      ...cpuSeconds !== undefined && { cpuSeconds },
      ...fault !== undefined && { fault },
    };
  } finally {
    await Promise.all([report, times].map((file) => Deno.remove(file)));
  }
}

/** A command that writes into a file what it took of the processor; the command itself where there is no such shell. */
function counted(line: readonly string[], file: string): readonly string[] {
  if (Deno.build.os === "windows") return line;
  return ["sh", "-c", `"$@"; code=$?; times >"$0"; exit $code`, file, ...line];
}

/**
 * The seconds of the processor that a command and what it has started took, of what `times` of a shell writes (POSIX): a line of
 * its own, and one of its children, each with "1m2.5s" for the user's time and the system's. Undefined: it was ended before.
 */
export function cpuSecondsIn(times: string): number | undefined {
  const found = times.matchAll(/(\d+)m([\d.]+)s/g).map(([, minutes, seconds]) =>
    Number(minutes) * 60 + Number(seconds)
  ).toArray();
  return found.length === 0 ? undefined : found.reduce((sum, seconds) => sum + seconds);
}

/** Runs a command in a process group of its own; one that is ended takes along what it has started. */
async function runWhole(
  [command, ...args]: readonly string[],
  cwd: string,
  env: Record<string, string>,
  stop: AbortSignal,
): Promise<{ code: number; text: string; wasEnded: boolean }> {
  const child = new Deno.Command(command!, {
    args,
    cwd,
    env: { ...env, NO_COLOR: "" }, // with colours: some tests look at them
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  const end = () => Deno.kill(Deno.build.os === "windows" ? child.pid : -child.pid, "SIGKILL");
  const parts: string[] = [];
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const texts = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
    for await (const text of texts) parts.push(text);
  };
  if (stop.aborted) end();
  stop.addEventListener("abort", end);
  try {
    const [{ code }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
    return { code, text: stripVTControlCharacters(parts.join("")), wasEnded: stop.aborted };
  } finally {
    stop.removeEventListener("abort", end);
  }
}
