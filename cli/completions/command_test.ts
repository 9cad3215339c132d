/** Completions in the shells themselves; one that is not on the machine is skipped. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { command } from "./command.ts";
import { testWith } from "../../tests/requirements.ts";

async function script(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const never = new AbortController().signal;
  const print = (text: string) => void lines.push(text);
  await command.run(args, { drain: never, stop: never, print, printLines: print, printEscaped: print });
  return lines.join("\n");
}

/** The words of the lines that a shell prints when it reads its script from `$1`. */
async function wordsFrom(shell: string, args: readonly string[], program: string): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "sequoia");
    await Deno.writeTextFile(path, await script(shell));
    const { stdout, stderr, success } = await new Deno.Command(shell, {
      args: [...args, "-c", program.replaceAll("$SCRIPT", path)],
      cwd: folder,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).split("\n").map((line) => line.split("\t")[0]!).filter((word) =>
      word !== ""
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Command lines, and the words that are offered for each. */
const OFFERED: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["sequoia cons", ["consume"]],
  ["sequoia help simu", ["simulate"]],
  ["sequoia consume --strict", ["--strict-shares"]],
  ["sequoia consume --policy least-s", ["least-slack"]],
  ["sequoia consume --log-level w", ["warn"]],
  ["sequoia queue canc", ["cancel"]],
];

await testWith("bash", "bash completes commands, options and values", async () => {
  for (const [line, words] of OFFERED) {
    const program =
      `source $SCRIPT; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _sequoia; printf '%s\\n' "\${COMPREPLY[@]}"`;
    assertEquals(await wordsFrom("bash", ["--norc"], program), words, line);
  }
});

await testWith("fish", "fish completes commands, options and values", async () => {
  for (const [line, words] of OFFERED) {
    assertEquals(
      await wordsFrom("fish", ["--no-config"], `source $SCRIPT; complete -C '${line}'`),
      words,
      line,
    );
  }
});

await testWith("zsh", "zsh completes commands, options and values", async () => {
  // an interactive zsh of its own, in which one press of the tabulator completes each line, which is then printed
  const lines = OFFERED.map(([line]) => `'${line}'`).join(" ");
  const program = `
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner 'PS1=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source $SCRIPT; echo re""ady'
    while zpty -r inner line; do [[ $line == *ready* && $line != *echo* ]] && break; done
    zpty -w inner 'show() { print -r -- "OFF""ERED<$BUFFER>"; zle send-break }; zle -N show; bindkey "^X" show; bindkey "^I" complete-word'
    for typed in ${lines}; do
      zpty -wn inner $typed$'\\t\\x18'
      while zpty -r inner line; do [[ $line == *'OFFERED<'*'>'* ]] && break; done
      print -r -- \${\${line##*<}%%>*}
    done`;
  const completed = await wordsFrom("zsh", ["-f"], program);
  assertEquals(
    completed.map((line) => line.trimEnd()),
    OFFERED.map(([line, [word]]) => line.replace(/\S+$/, word!)),
  );
});

Deno.test("completions are for the shells that it knows", async () => {
  await assertRejects(
    () => script("fis"),
    Error,
    'unknown shell "fis"; did you mean "fish"? Choose from bash, zsh, fish',
  );
  await assertRejects(() => script(), Error, "name a shell");
  await assertRejects(() => script("bash", "x"), Error, 'unexpected argument "x"');
});
