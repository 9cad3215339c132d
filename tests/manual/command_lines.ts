/** Shell commands as words, as far as the manual needs it: quotes, comments, continued lines, operators. */

const TOKEN =
  /\s+#.*|\\\n|\s*\n|\s*(?:&&|\|\||[|&;]|\d?>{1,2}|<)\s*|[ \t]+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\|&;<>]+)/gy;

/** The commands of a block, each as its words. */
export function commandLines(block: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [], word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (
    const [token, single, double, escaped, bare] of ` ${block.replaceAll(/^#.*/gm, "")}\n`.matchAll(TOKEN)
  ) {
    const text = single ?? double ?? escaped ?? bare;
    if (text !== undefined) word = (word ?? "") + text;
    else {
      endWord();
      if (token === "\\\n" || /^[ \t]+(#.*)?$/.test(token)) continue;
      if (words.length > 0) commands.push(words);
      words = [];
    }
  }
  return commands;
}
