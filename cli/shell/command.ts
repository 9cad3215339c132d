import { parsePositiveDuration } from "../../lib/model/mod.ts";
import { choice, flag, one, optionGroup, type OptionTable, text } from "./options.ts";

/** The context that `main` gives to a command. */
export interface Context {
  /** Aborted by the first ^C: calls in flight may end. */
  readonly drain: AbortSignal;
  /** Ends with the second ^C: stop at once. */
  readonly stop: AbortSignal;
  /** Writes a line of the command's result, text or JSON, to stdout; whatever would be no sign of that line is escaped. */
  print(line: string): void;
  /** Writes several lines; whatever would be no sign of them is escaped. */
  printLines(text: string): void;
  /** Writes what was escaped where it was made: JSON with texts as they came, and lines with colours. */
  printEscaped(text: string): void;
}

/** A subcommand, or a part of it, as its help shows it. */
export type Topic = Pick<Command, "usage" | "examples" | "options" | "tables"> & {
  /** Its effect, in a few words. (Default: the summary of the command) */
  readonly summary?: string;
};

/** One subcommand. */
export interface Command {
  /** Its arguments, as in `WORKLOAD…`. */
  readonly usage: string;
  /** The words that its first argument may be. (Default: a file) */
  readonly words?: readonly string[];
  /** The help of one of these words alone: its options, tables and examples. (Default: that of the whole command) */
  readonly helpOf?: (word: string) => Topic;
  /** Lines that work as they stand, with what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly options: OptionTable;
  /** Whether it runs until a signal ends it: service managers send SIGTERM, which is no failure then. (Default: false) */
  readonly isService?: boolean;
  /** The options that `--config` and variables of the environment may give. (Default: all) */
  readonly settings?: OptionTable;
  /** More tables of its help, by their titles. */
  readonly tables?: Readonly<Record<string, readonly (readonly [word: string, what: string])[]>>;
  /** @throws whatever goes wrong; `main` turns it into a line and an exit code */
  run(args: readonly string[], context: Context): Promise<void>;
}

/** The options that every command has. */
export const COMMON = optionGroup("of every command", {
  help: flag("show this help"),
  json: flag("write the result as JSON to stdout"),
  config: one(
    "FILE",
    'options from a JSON file, as {"policy": "fair-share"}; or $SEQUOIA_CONFIG. Each is also $SEQUOIA_<OPTION>',
    text,
  ),
  "log-level": one(
    "LEVEL",
    "debug, info, warn or error (default info)",
    choice("debug", "info", "warn", "error"),
  ),
  "log-format": one("FORMAT", "text or json (default text)", choice("text", "json")),
});

/** `--queue-timeout`, for the commands that read a queue. */
export const QUEUE_TIMEOUT_OPTION = optionGroup("for the queue", {
  "queue-timeout": one(
    "DURATION",
    "give up when no broker answers, or the file is locked, for this long (default: keep trying)",
    parsePositiveDuration,
  ),
});
