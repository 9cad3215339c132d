/** Policies in files of the user's, and how their content travels through a queue. */
import {
  checkedPolicyOf,
  checkPolicy,
  DEFAULT_POLICY,
  type Policy,
  PolicyError,
  policyOf,
  type PolicyOptions,
} from "../../lib/policies/mod.ts";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Clock, policyParts } from "../../lib/model/mod.ts";
import type { PolicySetting } from "../../lib/queue/mod.ts";
import { watchStrayErrorsOf } from "./stray_policy_errors.ts";
import { importFile } from "./workload_file.ts";

/** The longest file that goes through a queue, in bytes: every consumer reads it at its start. */
const MOST_BYTES = 256 * 1024;
/** The longest time that a file may take to load, in milliseconds. */
const LONGEST_LOAD_MS = 10_000;
/** All that such a file may import: what else it needs would not be where a consumer runs. */
const IMPORTABLE = "sequoia";

/** Makes the policy of a command line: built-in ones, files of the user's, or several joined by `+`. */
export async function policyOfText(
  text = DEFAULT_POLICY,
  options: PolicyOptions = {},
  clock: Clock,
): Promise<Policy> {
  return checkedPolicyOf(text, options, await filePolicies(text, (part) => importedPolicy(part, clock)));
}

async function importedPolicy(part: string, clock: Clock): Promise<unknown> {
  watchStrayErrorsOf(pathToFileURL(resolve(part)).href, part);
  return (await loadedInTime(importFile(part, "not-found", "load-failed"), part, clock)).default;
}

/** Waits for a module that is being loaded, but not for one whose top level waits for something that may never come. */
async function loadedInTime<T>(loading: Promise<T>, where: string, clock: Clock): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(LONGEST_LOAD_MS, () =>
    reject(
      notUsable(
        where,
        `it still loads after ${LONGEST_LOAD_MS / 1000}s. Leave out what its top level awaits`,
      ),
    ));
  try {
    return await Promise.race([loading, late]);
  } finally {
    cancel();
  }
}

/** The policies of a text that are files, by their parts of it. @param exportOf returns the export of a file */
async function filePolicies(
  text: string,
  exportOf: (part: string) => Promise<unknown>,
): Promise<(part: string) => Policy | undefined> {
  const own = new Map<string, Policy>();
  for (const part of filesOf(text)) own.set(part, checkPolicy(await exportOf(part), part));
  return (part) => own.get(part);
}

/**
 * Makes the setting of a policy, with the contents of its files as they are here and now, once it is known that it is one.
 *
 * @throws {PolicyError} if it is none, or a file cannot go through a queue
 */
export async function settingOf(name: string, clock: Clock): Promise<PolicySetting> {
  const contents: Record<string, string> = {};
  for (const part of filesOf(name)) contents[part] = await contentOf(part);
  const hasFiles = Object.keys(contents).length > 0;
  const setting = { id: crypto.randomUUID(), name, ...hasFiles && { files: contents } };
  checkedPolicyOf(name, {}, await filePolicies(name, (part) => exportOf(contents[part] ?? "", part, clock)));
  return setting;
}

/**
 * Makes a policy that a queue has set.
 *
 * @param takesFiles whether this process runs files of users'
 * @throws {PolicyError} `not-allowed` if it does not, and the policy has some; else if it is no policy
 */
export async function policyOfSetting(
  { name, files = {} }: PolicySetting,
  options: PolicyOptions,
  takesFiles: boolean,
  clock: Clock,
): Promise<Policy> {
  const own = await filePolicies(name, async (part) => {
    if (takesFiles) return await exportOf(files[part] ?? "", part, clock);
    throw new PolicyError(
      "not-allowed",
      `Cannot go by the policy ${name} of the queue: this consumer runs no policy files of others. ` +
        "Start it with --allow-policy-files, or set a built-in policy",
    );
  });
  return policyOf(name, options, own);
}

/** The parts of a policy's name that are files. */
function filesOf(name: string): string[] {
  return policyParts(name).filter((part) => part.includes("/") || /\.[cm]?[jt]s$/.test(part));
}

async function contentOf(path: string): Promise<string> {
  const content = await Deno.readTextFile(path).catch((cause) => {
    const isThere = !(cause instanceof Deno.errors.NotFound);
    throw notUsable(path, isThere ? `it cannot be read: ${cause.message}` : "there is no such file", cause);
  });
  const bytes = new TextEncoder().encode(content).length;
  if (bytes > MOST_BYTES) {
    throw notUsable(path, `it has ${bytes} bytes, and a queue takes at most ${MOST_BYTES}. Make it shorter`);
  }
  for (const specifier of await importsOf(content, path)) {
    if (specifier === IMPORTABLE) continue;
    const what = specifier === undefined ? "what is known only when it runs" : `"${specifier}"`;
    throw notUsable(
      path,
      `it imports ${what}, which is not where consumers run. Import nothing but "${IMPORTABLE}": ` +
        "put what it needs into this file",
    );
  }
  return content;
}

/** The specifiers that a module imports, types left out; undefined for one that an expression gives. */
async function importsOf(content: string, path: string): Promise<(string | undefined)[]> {
  const { stripTypeScriptTypes } = await import("node:module");
  const { init, parse } = await import("es-module-lexer");
  await init;
  try {
    const [imports] = parse(stripTypeScriptTypes(content, { mode: "strip" }));
    return imports.filter(({ d }) => d !== IMPORT_META).map(({ n }) => n);
  } catch (cause) {
    throw notUsable(path, `it cannot be read as TypeScript: ${(cause as Error).message.split("\n")[0]}`);
  }
}

/** The lexer's mark of `import.meta`. */
const IMPORT_META = -2;

/** Imports a module by its text; the same text is one module, however often it is set. */
async function exportOf(content: string, where: string, clock: Clock): Promise<unknown> {
  const url = `data:application/typescript;charset=utf-8,${encodeURIComponent(content)}`;
  watchStrayErrorsOf(url, where);
  try {
    return (await loadedInTime(import(url), where, clock)).default;
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw notUsable(where, `it cannot be loaded: ${reason.split("\n")[0]!.replace(url, where)}`, cause);
  }
}

function notUsable(path: string, what: string, cause?: unknown): PolicyError {
  return new PolicyError("bad-policy", `Cannot use ${path} as a policy: ${what}`, { cause });
}
