/** An option, as a shell completes it. */
export interface ShellOption {
  readonly name: string;
  readonly help: string;
  /** The words that its value may be; none: a file. Left out: it takes no value. */
  readonly values?: readonly string[];
}

/** A subcommand, as a shell completes it. */
export interface ShellCommand {
  readonly name: string;
  readonly summary: string;
  /** The words that its first argument may be; none: a file. */
  readonly words: readonly string[];
  readonly options: readonly ShellOption[];
}

/** The first part of a help text, for menus: up to a bracket, a colon or a semicolon. */
function brief(help: string): string {
  return help.split(/[(:;]/, 1)[0]!.trim();
}

/** The names that may stand after `sequoia help`. */
function namesOf(commands: readonly ShellCommand[]): string {
  return commands.map(({ name }) => name).join(" ");
}

/** Completions for bash 4 or later. Any word that they do not know is completed as a file. */
export function bashScript(commands: readonly ShellCommand[]): string {
  const cases = commands.flatMap(({ name, words, options }) => [
    ...options.flatMap(({ name: option, values }) => {
      if (values === undefined) return [];
      const offered = values.length === 0 ? "return" : `words="${values.join(" ")}"`;
      return [`    "${name} --${option}") ${offered} ;;`];
    }),
    `    "${name} "*) if [[ $cur == -* ]]; then words="${
      options.map((option) => `--${option.name}`).join(" ")
    }"; elif ((COMP_CWORD == 2)); then words="${words.join(" ")}"; fi ;;`,
  ]);
  return `# sequoia: completions for bash
_sequoia() {
  local cur=\${COMP_WORDS[COMP_CWORD]} words=""
  if ((COMP_CWORD == 1)); then
    words="help ${namesOf(commands)}"
  elif [[ \${COMP_WORDS[1]} == help ]]; then
    words="${namesOf(commands)}"
  else case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD - 1]}" in
${cases.join("\n")}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _sequoia sequoia
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Completions for zsh. */
export function zshScript(commands: readonly ShellCommand[]): string {
  const inBrackets = (text: string) => brief(text).replaceAll(/[\\[\]:]/g, "\\$&");
  const cases = commands.map(({ name, words, options }) => {
    const specs = options.map(({ name: option, help, values }) => {
      const offered = values?.length === 0 ? "_files" : `(${values?.join(" ")})`;
      return quoted(`*--${option}[${inBrackets(help)}]${values === undefined ? "" : `:value:${offered}`}`);
    });
    const first = words.length > 0 ? [quoted(`1:action:(${words.join(" ")})`)] : [];
    return `    ${name}) _arguments ${[...specs, ...first, "'*:file:_files'"].join(" ")} ;;`;
  });
  return `#compdef sequoia
_sequoia() {
  local -a commands=(${commands.map(({ name, summary }) => quoted(`${name}:${brief(summary)}`)).join(" ")})
  if ((CURRENT == 2)) || { ((CURRENT == 3)) && [[ $words[2] == help ]]; }; then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  ((CURRENT--))
  case $name in
${cases.join("\n")}
  esac
}
compdef _sequoia sequoia
`;
}

/** Completions for fish. */
export function fishScript(commands: readonly ShellCommand[]): string {
  const lines = commands.flatMap(({ name, summary, words, options }) => {
    const here = `-n "__fish_seen_subcommand_from ${name}"`;
    return [
      `complete -c sequoia -f -n __fish_use_subcommand -a ${name} -d ${quoted(brief(summary))}`,
      ...words.length > 0 ? [`complete -c sequoia ${here} -a ${quoted(words.join(" "))}`] : [],
      ...options.map(({ name: option, help, values }) => {
        const offered = values?.length === 0 ? " -r" : ` -x -a ${quoted(values?.join(" ") ?? "")}`;
        return `complete -c sequoia ${here} -l ${option}${values === undefined ? "" : offered} -d ${
          quoted(brief(help))
        }`;
      }),
    ];
  });
  return `# sequoia: completions for fish
complete -c sequoia -f -n __fish_use_subcommand -a help -d 'the help of a command'
complete -c sequoia -f -n "__fish_seen_subcommand_from help" -a ${quoted(namesOf(commands))}
${lines.join("\n")}
`;
}
