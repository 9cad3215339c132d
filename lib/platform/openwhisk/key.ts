import { join } from "node:path";
import type { PlatformSetup } from "../kind.ts";
import { PlatformError } from "../platform.ts";

/** A key of OpenWhisk's API, and the only place that it is sent to. */
export interface OpenWhiskKey {
  /** Where the API is: `https://openwhisk.example.com`. */
  readonly origin: string;
  /** The header with the key. It is shown nowhere. */
  readonly authorization: string;
}

/** The variables of OpenWhisk's tools: those of the Serverless Framework, and those that actions themselves find set. */
const VARIABLES = [["OW_APIHOST", "OW_AUTH"], ["__OW_API_HOST", "__OW_API_KEY"]] as const;

/**
 * Reads the key from where OpenWhisk's tools keep it, in this order: OW_APIHOST and OW_AUTH, __OW_API_HOST and __OW_API_KEY,
 * the lines APIHOST and AUTH of the file WSK_CONFIG_FILE or `.wskprops` in the home folder (as `wsk property set` writes it).
 *
 * @throws {PlatformError} if there is none, or it cannot be understood, with what to do
 */
export async function readKey(
  { variable, readFile }: Pick<PlatformSetup, "variable" | "readFile">,
): Promise<OpenWhiskKey> {
  for (const [hostName, keyName] of VARIABLES) {
    const host = variable(hostName), key = variable(keyName);
    if (host !== undefined && key !== undefined) return keyOf(host, key, `${hostName} and ${keyName}`);
  }
  const home = variable("HOME") ?? variable("USERPROFILE") ?? ".";
  const path = variable("WSK_CONFIG_FILE") ?? join(home, ".wskprops");
  const text = await readFile(path);
  const values = new Map(
    [...(text ?? "").matchAll(/^\s*(\w+)\s*=\s*(.*?)\s*$/gm)].map(([, name, value]) => [name!, value!]),
  );
  const host = values.get("APIHOST"), key = values.get("AUTH");
  if (host !== undefined && key !== undefined) return keyOf(host, key, path);
  throw new PlatformError(
    "bad-platform",
    "Cannot use OpenWhisk: there is no key. Set OW_APIHOST and OW_AUTH, or run wsk property set --apihost HOST --auth KEY",
  );
}

function keyOf(host: string, key: string, where: string): OpenWhiskKey {
  const url = URL.parse(/^https?:\/\//.test(host) ? host : `https://${host}`);
  if (url === null || url.pathname !== "/" || url.username !== "") {
    throw new PlatformError(
      "bad-platform",
      `Cannot use OpenWhisk: its API host in ${where} is no host. Write HOST, HOST:PORT or http://HOST:PORT`,
    );
  }
  if (!/^[\x21-\x7e]+:[\x21-\x7e]+$/.test(key)) {
    throw new PlatformError(
      "bad-platform",
      `Cannot use OpenWhisk: the key in ${where} is not of the form ID:SECRET. Copy it from wsk property get --auth`,
    );
  }
  return { origin: url.origin, authorization: `Basic ${btoa(key)}` };
}
