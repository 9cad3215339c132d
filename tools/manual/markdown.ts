/** Pieces of markdown; `deno fmt` aligns them. */

/** A table. Cells are markdown of one line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A text as code in a cell of a table. */
export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** A plain text in a cell of a table: signs that markdown reads are escaped. */
export function plain(text: string): string {
  return text.replace(/[|*_<>\\]/g, "\\$&").replaceAll("\n", " ");
}

/**
 * A page with its generated parts replaced: what stands between `<!-- generated: NAME -->` and `<!-- end -->`.
 *
 * @throws {Error} if the page names a part that does not exist
 */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  return page.replace(
    /(<!-- generated: (\S+) -->\n)[^]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => {
      const part = parts[name];
      if (part === undefined) {
        throw new Error(`Cannot write the part "${name}" of a page. Choose from ${Object.keys(parts)}`);
      }
      return `${start}\n${part}\n\n${end}`;
    },
  );
}
