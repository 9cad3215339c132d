import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { hashOf, type Scope, withEntry } from "../../lib/serve/mod.ts";
import type { Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";

/** The values of the options about a new key. */
export interface NewKeyValues {
  readonly keys?: string | undefined;
  readonly "new-key"?: string | undefined;
  readonly scope: readonly Scope[];
  readonly bind?: readonly [name: string, value: string] | undefined;
  readonly json: boolean;
}

/** Checks that options about a new key stand together. @throws {UsageError} */
export function checkNewKey({ keys, "new-key": name, scope, bind }: NewKeyValues): void {
  if (name !== undefined && keys === undefined) {
    throw new UsageError("--new-key: name the file, too: --keys FILE");
  }
  if (name !== undefined) return;
  if (scope.length > 0) throw new UsageError("--scope is of a new key. Write --new-key NAME, too");
  if (bind !== undefined) throw new UsageError("--bind is of a new key. Write --new-key NAME, too");
}

/** Bytes of a key from the system's randomness. */
const KEY_BYTES = 32;

/** Makes a key, and adds it to a file, which holds its hash alone. */
export async function makeKey(
  name: string,
  { keys: path, scope, bind, json }: NewKeyValues,
  { print }: Context,
): Promise<void> {
  const key = `sq_${
    crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toBase64({ alphabet: "base64url", omitPadding: true })
  }`;
  const scopes = scope.length === 0 ? ["read" as const] : [...new Set(scope)];
  const entry = { name, sha256: hashOf(key), scopes, ...bind !== undefined && { label: bind.join("=") } };
  await replaceFile(path!, withEntry(await textOf(path!), entry, path!));
  print(json ? JSON.stringify({ key, name, scopes, label: entry.label }) : key);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw new FailedError(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes a file beside the old one, and puts it in its place: who reads it meanwhile sees one of them whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    await writeFile(beside, text, { mode: 0o600 });
    await chmod(beside, 0o600);
    await rename(beside, path);
  } catch (error) {
    throw new FailedError(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
