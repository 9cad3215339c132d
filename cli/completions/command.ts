import { bashScript, fishScript, type ShellCommand, zshScript } from "./scripts.ts";
import { type Command, COMMON } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { didYouMean, readOptions } from "../shell/options.ts";

const options = { ...COMMON } as const;

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

/** `sequoia completions` */
export const command: Command = {
  usage: "bash|zsh|fish",
  words: SHELLS,
  examples: [
    ['eval "$(sequoia completions bash)"', "in ~/.bashrc"],
    ["sequoia completions zsh > ~/.zfunc/_sequoia", "in a folder of $fpath"],
    ["sequoia completions fish > ~/.config/fish/completions/sequoia.fish", "in the folder of fish"],
  ],
  options,
  async run(args, { printLines }) {
    const { values, rest } = readOptions(options, args);
    openLog(values);
    const shell = SHELLS.find((name) => name === rest[0]);
    if (shell === undefined || rest.length > 1) {
      const given = rest[0] === undefined
        ? "name a shell."
        : shell !== undefined
        ? `unexpected argument "${rest[1]}".`
        : `unknown shell "${rest[0]}"${didYouMean(rest[0], SHELLS)}`;
      throw new UsageError(`completions: ${given} Choose from ${SHELLS.join(", ")}`);
    }
    printLines(SCRIPTS[shell](await allCommands()).trimEnd());
  },
};

async function allCommands(): Promise<ShellCommand[]> {
  const { COMMANDS } = await import("../commands.ts");
  return await Promise.all(
    Object.entries(COMMANDS).map(async ([name, { summary, load }]) => {
      const { command } = await load();
      const options = Object.entries(command.options).map(([name, option]) => ({
        name,
        help: option.help,
        ...option.kind !== "flag" && { values: option.read.words ?? [] },
      }));
      return { name, summary, words: command.words ?? [], options };
    }),
  );
}
