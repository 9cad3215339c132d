/** The stable codes of errors: those that the code has, and those that docs/errors.md explains. */
import { walk } from "./walk.ts";
import { ROOT } from "../../tools/manual/pages.ts";

/** Codes by what has them, in the order of the alphabet. */
type Codes = ReadonlyMap<string, readonly string[]>;

/** Reasons of failed nodes and instances begin with a code, too: `time-limit: it had not ended …`. */
const REASON = /(?<=[`"])(?<code>ttl|[a-z]+(?:-[a-z]+)+): /g;

/** The codes of all errors in lib/: of each class, and of the reasons of nodes. */
export async function codesInCode(): Promise<Codes> {
  const found = new Map<string, Set<string>>();
  const add = (name: string, codes: Iterable<string>) =>
    found.set(name, new Set([...found.get(name) ?? [], ...codes]));
  for await (const { text } of walk(new URL("lib/", ROOT), /(?<!_test|\.d)\.ts$/)) {
    for (const { groups } of text.matchAll(/export type (?<name>\w+Error)Code =(?<union>[^;]*);/g)) {
      add(groups!.name!, literals(groups!.union!));
    }
    for (const { groups } of text.matchAll(REASON)) add("ExpressionError", [groups!.code!]);
  }
  return sorted(found);
}

function literals(union: string): string[] {
  return [...union.matchAll(/"([^"]+)"/g)].map(([, code]) => code!);
}

function sorted(found: ReadonlyMap<string, ReadonlySet<string>>): Codes {
  return new Map([...found].map(([name, codes]) => [name, [...codes].sort()]));
}

/** The codes that the page explains, in the tables below each heading; a class is named by its section's text. */
export function codesInPage(text: string): Codes {
  const found = new Map<string, Set<string>>();
  for (const section of text.split(/^## /m).slice(1)) {
    const named = [...section.matchAll(/`(\w+Error)`/g)].map(([, name]) => name!);
    const [name = "ExpressionError", ...others] = named;
    found.set(name, new Set([...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code!)));
    for (const other of others) {
      const codes = new RegExp(`\`${other}\`[^.]*? has ([^.]*)`).exec(section)?.[1] ?? "";
      found.set(other, new Set([...codes.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!)));
    }
  }
  return sorted(found);
}
