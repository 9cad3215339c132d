import { skipped } from "../lanes.ts";
import { run } from "./commands.ts";
import { cacheFolder, jarsAreHere } from "./jars.ts";

/** The oldest Java that runs the broker. */
const JAVA = 17;

async function javaVersion(): Promise<number | undefined> {
  try {
    const { text } = await run("java", ["-version"]);
    return Number(/version "(\d+)/.exec(text)?.[1]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function mavenIsHere(): Promise<boolean> {
  return (await run("sh", ["-c", "command -v mvn"])).success;
}

/** Why no broker can be started on this machine, as a sentence; undefined when one can. */
export async function brokerSkipReason(): Promise<string | undefined> {
  if (Deno.build.os === "windows") return "The broker's keeper is a POSIX shell, which is not here.";
  const version = await javaVersion();
  if (version === undefined) return `Java ${JAVA} is not here: install it, so that a Kafka broker can run.`;
  if (!(version >= JAVA)) return `Java is ${version}, and the Kafka broker needs ${JAVA} or later.`;
  if (!await jarsAreHere() && !await mavenIsHere()) return "Maven is not here: it fetches the Kafka broker.";
  return undefined;
}

const reason = await brokerSkipReason();

let takesTurns = false;

/**
 * Files of tests that need a broker run one after the other, also where `deno test --parallel` runs several at once: each
 * loads the machine by itself with a broker and several processes, and some of them measure.
 */
function takeTurns(): void {
  if (takesTurns) return;
  takesTurns = true;
  let turn: Deno.FsFile | undefined;
  Deno.test.beforeAll(async () => {
    await Deno.mkdir(cacheFolder(), { recursive: true });
    turn = await Deno.open(`${cacheFolder()}/turn.lock`, { create: true, write: true });
    await turn.lock(true); // the operating system's: it ends with the process that has it
  });
  Deno.test.afterAll(() => turn?.close());
}

/**
 * Registers tests that need a broker: `register` is called when one can be started. Where none can, one test in their place
 * says why (see {@linkcode skipped}).
 */
export function kafkaTests(name: string, register: () => void): void {
  if (reason !== undefined) return skipped(name, reason);
  takeTurns();
  register();
}

/** Registers one test that needs a broker, as {@linkcode kafkaTests} does. */
export function kafkaTest(
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
  options: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources"> = {},
): void {
  kafkaTests(name, () => Deno.test({ ...options, name, fn }));
}
