// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** Plays the scenario in Deno or Node.js. */
import { scenario } from "./scenario.ts";

// @ts-ignore: Node.js has it, too
const { argv } = globalThis.process as { argv: string[] };
console.log(JSON.stringify(await scenario(argv.at(-1)!)));
