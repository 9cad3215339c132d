/** The manual as tests read it: its pages, their links, headings and command blocks. */
import { ROOT } from "../../tools/manual/pages.ts";

/** One page. */
export interface Page {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of shell commands: ```` ```sh ````. */
export interface CommandBlock {
  readonly page: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  readonly commands: string;
  /** Why it is not run, if its fence says so: ```` ```sh skip="needs Kafka brokers" ````. */
  readonly skip: string | undefined;
  /** Whether it runs until the page's other blocks have ended: ```` ```sh background ````. */
  readonly isBackground: boolean;
}

/** All pages: those at the top, and those in docs/. */
export async function readPages(): Promise<Page[]> {
  const paths: string[] = [];
  for (const folder of ["", "docs/"]) {
    for await (const { name } of Deno.readDir(new URL(`${folder || "."}`, ROOT))) {
      if (name.endsWith(".md")) paths.push(folder + name);
    }
  }
  return await Promise.all(
    paths.sort().map(async (path) => ({ path, text: await Deno.readTextFile(new URL(path, ROOT)) })),
  );
}

const FENCE = /^(?<indent> *)```sh(?<info>.*)\n(?<commands>[^]*?)^\k<indent>```$/gm;

/**
 * The command blocks of a page.
 *
 * @throws {SyntaxError} if a fence says anything but `background` or `skip="REASON"`
 */
export function commandBlocks({ path, text }: Page): CommandBlock[] {
  return [...text.matchAll(FENCE)].map(({ index, groups }) => {
    const { info, commands } = groups as { info: string; commands: string };
    const line = text.slice(0, index).split("\n").length;
    const { skip, background } =
      /^(?: (?<background>background)| skip="(?<skip>[^"]+)")?$/.exec(info)?.groups ??
        wrongFence(path, line, info);
    return { page: path, line, commands, skip, isBackground: background !== undefined };
  });
}

function wrongFence(path: string, line: number, info: string): never {
  throw new SyntaxError(
    `${path}:${line}: cannot read "sh${info}". Write sh, sh background, or sh skip="REASON"`,
  );
}

/** The targets of a page's links. */
export function linksOf({ text }: Page): string[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(/\]\(([^()\s]+)\)|(?:srcset|src|href)="([^"]+)"/g)].map(([, target, source]) =>
    target ?? source!
  );
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf({ text }: Page): Set<string> {
  return new Set(
    [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```$/gm, "");
}
