// deno-lint-ignore-file no-console -- a program: what it prints is its result
import type { Context } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { OPTION_NAMES } from "./option_names.ts";
import { variable } from "./environment.ts";
import { exitCodeOf, inOrder, jsonLineOf, messageOf, UsageError } from "./errors.ts";
import { terminalColumns } from "./terminal.ts";
import { VERSION } from "./version.ts";
import { visible, visiblePlain } from "./visible.ts";

async function main(args: readonly string[]): Promise<number> {
  const [first, second] = args;
  if (first === "help" && second !== undefined) return await main([second, "--help"]);
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const { generalHelp } = await import("./help.ts");
    console.log(
      generalHelp(Object.entries(COMMANDS).map(([key, { summary }]) => [key, summary]), helpWidth()),
    );
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-V") {
    console.log(`sequoia ${VERSION}`);
    return 0;
  }
  if (name === "evaluate-expressions") { // for other processes of this program only
    const { serveEvaluations } = await import("../lib/expression/mod.ts");
    await serveEvaluations();
    return 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const { didYouMean } = await import("./options.ts");
    const names = Object.keys(COMMANDS);
    throw new UsageError(
      `Unknown command "${name}"${didYouMean(name, names)} Choose from ${names.join(", ")}`,
    );
  }
  const { command } = await entry.load();
  if (rest.includes("--help") || rest.includes("-h")) {
    const { commandHelp } = await import("./help.ts");
    console.log(commandHelp(name, entry.summary, command, helpWidth()));
    return 0;
  }
  const signals = listenForSignals();
  try {
    const { withSettings } = await import("./settings.ts");
    const args = await withSettings(command.settings ?? command.options, rest, SOURCES);
    for (const words of await strayWords()) console.error(`warn: ${visiblePlain(words)}`);
    await command.run(args, signals.context);
  } catch (error) {
    const [first] = inOrder(error);
    const isOwnDoing = signals.interrupted() && first instanceof Error && "code" in first &&
      first.code === "closed";
    if (!isOwnDoing) throw error;
  }
  return signals.interrupted() && !(command.isService && signals.toldToEnd()) ? 130 : 0;
}

/** The warnings about variables of the environment that give no option. */
async function strayWords(): Promise<string[]> {
  const { strayVariables } = await import("./stray_variables.ts");
  const names = Object.keys(Deno.env.toObject()), stray = strayVariables(names, OPTION_NAMES);
  if (stray.length === 0) return [];
  const { QUEUE_VARIABLES } = await import("../lib/queue/mod.ts"); // most commands are spared that
  return strayVariables(names, OPTION_NAMES, QUEUE_VARIABLES);
}

const SOURCES = { variable, readFile: Deno.readFile, optionNames: OPTION_NAMES };

/** Columns of help: those of the terminal; what goes to a file or another program is not broken. */
function helpWidth(): number {
  return Deno.stdout.isTerminal() ? terminalColumns() : Infinity;
}

/** The first ^C (or SIGTERM) drains, the second stops at once, the third does not wait for anything. */
function listenForSignals(): { context: Context; interrupted(): boolean; toldToEnd(): boolean } {
  const drain = new AbortController();
  const stop = new AbortController();
  const told = new Set<Deno.Signal>();
  const onSignal = (signal: Deno.Signal) => () => {
    told.add(signal);
    if (stop.signal.aborted) Deno.exit(130);
    if (drain.signal.aborted) return stop.abort();
    if (signal === "SIGINT") {
      console.error("\nEnding: what is in flight ends, nothing new starts. ^C once more stops at once.");
    }
    drain.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, onSignal(signal));
  const print = (line: string) => console.log(visible(line));
  return {
    context: { drain: drain.signal, stop: stop.signal, print },
    interrupted: () => drain.signal.aborted,
    toldToEnd: () => !told.has("SIGINT") && !stop.signal.aborted,
  };
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const [first, ...closing] = inOrder(error);
    const { isJsonLog } = await import("./log.ts");
    const write = isJsonLog()
      ? (failure: unknown) => console.error(visiblePlain(jsonLineOf(failure, Date.now())))
      : (failure: unknown, front: string) =>
        console.error(`sequoia: ${front}${visiblePlain(messageOf(failure))}`);
    write(first, "");
    const seen = new Set([messageOf(first)]);
    for (const other of closing) {
      if (!seen.has(messageOf(other))) write(other, "and then, while it ended: ");
      seen.add(messageOf(other));
    }
    if (Deno.args.join(" ").includes("--log-level debug")) console.error(error);
    Deno.exit(exitCodeOf(first));
  }
}
