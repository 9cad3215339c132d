/** The results of `deno test --junit-path`. */

/** One test, or a step of one. */
export interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly state: "passed" | "failed" | "ignored";
}

const CASE = /<testcase name="([^"]*)"[^>]*? time="([\d.]+)"[^>]*>([^]*?)<\/testcase>/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Reads the tests of a report; their steps, which are named "test > step", are left out. */
export function readTests(xml: string): Case[] {
  const cases = xml.matchAll(CASE).map(([, name, seconds, inner]): Case => ({
    name: unescape(name!),
    seconds: Number(seconds),
    state: inner!.includes("<failure") ? "failed" : inner!.includes("<skipped") ? "ignored" : "passed",
  })).toArray();
  const names = new Set(cases.map(({ name }) => name));
  return cases.filter(({ name }) => !startsOf(name).some((start) => names.has(start)));
}

/** The parts of a name before each " > ". */
function startsOf(name: string): string[] {
  const parts = name.split(" > ");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(" > "));
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name] ?? entity;
  });
}
