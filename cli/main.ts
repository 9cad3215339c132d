// deno-lint-ignore-file no-console -- a program: what it prints is its result
import type { Context } from "./shell/command.ts";
import { COMMANDS } from "./commands.ts";
import { OPTION_NAMES } from "./shell/option_names.ts";
import { variable } from "./shell/environment.ts";
import { exitCodeOf, inOrder, jsonLineOf, messageOf, UsageError } from "./shell/errors.ts";
import { terminal, writeAbove } from "./shell/live_terminal.ts";
import { jsonLine, logForm } from "./shell/log_form.ts";
import { terminalColumns } from "./shell/terminal.ts";
import { VERSION } from "./shell/version.ts";
import { visible, visibleLine, visiblePlain } from "./shell/visible.ts";

async function main(args: readonly string[]): Promise<number> {
  const [first, second] = args;
  if (first === "help" && second === "queues") return await printQueues();
  if (first === "help" && second !== undefined) return await main([...args.slice(1), "--help"]);
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const { generalHelp } = await import("./shell/help.ts");
    console.log(
      generalHelp(Object.entries(COMMANDS).map(([key, { summary }]) => [key, summary]), helpWidth()),
    );
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-V") {
    if (rest.length > 0) throw new UsageError(`${name} takes nothing more. Leave out ${rest.join(" ")}`);
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
    const { didYouMean } = await import("./shell/options.ts");
    const names = Object.keys(COMMANDS);
    const { command: queue } = await COMMANDS["queue"]!.load();
    if (queue.words?.includes(name)) {
      throw new UsageError(`Unknown command "${name}"; did you mean "sequoia queue ${name}"?`);
    }
    throw new UsageError(
      `Unknown command "${name}"${didYouMean(name, names)} Choose from ${names.join(", ")}`,
    );
  }
  const { command } = await entry.load();
  if (rest.includes("--help") || rest.includes("-h")) {
    const { commandHelp } = await import("./shell/help.ts");
    const word = rest.find((arg) => command.words?.includes(arg)), topic = word && command.helpOf?.(word);
    console.log(
      topic
        ? commandHelp(`${name} ${word}`, topic.summary ?? entry.summary, topic, helpWidth())
        : commandHelp(name, entry.summary, command, helpWidth()),
    );
    return 0;
  }
  const { keepStdoutForResults } = await import("./shell/workload_output.ts");
  const signals = listenForSignals(keepStdoutForResults());
  globalThis.addEventListener("unload", () => terminal?.end());
  try {
    const { withSettings } = await import("./shell/settings.ts");
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

/** Shows the addresses of queues, which most commands take. */
async function printQueues(): Promise<number> {
  const [{ topicHelp }, { QUEUE_HELP }] = await Promise.all([
    import("./shell/help.ts"),
    import("../lib/queue/mod.ts"),
  ]);
  console.log(topicHelp("Queues, as --queue and $SEQUOIA_QUEUE name them", QUEUE_HELP, helpWidth()));
  return 0;
}

/** The warnings about variables of the environment that give no option. */
async function strayWords(): Promise<string[]> {
  const { strayVariables } = await import("./shell/stray_variables.ts");
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

const ENDING = "Ending: what is in flight ends, nothing new starts.";

/** The first ^C (or SIGTERM) drains, the second stops at once, the third does not wait for anything. */
function listenForSignals(
  write: (line: string) => void,
): { context: Context; interrupted(): boolean; toldToEnd(): boolean } {
  const drain = new AbortController();
  const stop = new AbortController();
  const told = new Set<Deno.Signal>();
  const onSignal = (signal: Deno.Signal) => () => {
    told.add(signal);
    if (stop.signal.aborted) Deno.exit(130);
    if (drain.signal.aborted) return stop.abort();
    if (logForm.isJson) {
      const line = jsonLine("INFO", Date.now(), ENDING, { event: "ending", signal });
      writeAbove(() => console.error(line));
    } else if (signal === "SIGINT") {
      const front = Deno.stderr.isTerminal() ? "\r\x1b[K" : ""; // the terminal has written ^C
      console.error(`${front}${ENDING} ^C once more stops at once.`);
    }
    drain.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, onSignal(signal));
  const output = {
    print: (line: string) => write(visibleLine(line)),
    printLines: (text: string) => write(visiblePlain(text)),
    printEscaped: (text: string) => write(visible(text)),
  };
  return {
    context: { drain: drain.signal, stop: stop.signal, ...output },
    interrupted: () => drain.signal.aborted,
    toldToEnd: () => !told.has("SIGINT") && !stop.signal.aborted,
  };
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const [first, ...closing] = inOrder(error);
    const write = logForm.isJson
      ? (failure: unknown) => console.error(visiblePlain(jsonLineOf(failure, Date.now())))
      : (failure: unknown, front: string) =>
        console.error(`sequoia: ${front}${visiblePlain(messageOf(failure))}`);
    write(first, "");
    const seen = new Set([messageOf(first)]);
    for (const other of closing) {
      if (!seen.has(messageOf(other))) write(other, "and then, while it ended: ");
      seen.add(messageOf(other));
    }
    if (logForm.isDebug || /--log-level[= ]debug/.test(Deno.args.join(" "))) console.error(error);
    Deno.exit(exitCodeOf(first));
  }
}
