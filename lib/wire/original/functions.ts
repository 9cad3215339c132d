import { DEFAULT_RETRY, DEFAULT_TIMEOUT_MS, type FunctionSpec } from "../../model/mod.ts";
import { WireError } from "../errors.ts";
import type { ChainNode } from "../messages.ts";

type Message = NonNullable<ChainNode.$Properties["function"]>;

/**
 * Makes functions of what the original says of them: a URL, often without a scheme, and an id. The name is what the URL
 * says, as the original has none; the same function of one chain is one object.
 */
export function originalFunctions(): (message: Message | null | undefined) => FunctionSpec {
  const functions = new Map<string, FunctionSpec>();
  const names = new Set<string>();
  return (message) => {
    const url = message?.url ?? "", id = message?.id ?? 0;
    if (url === "") {
      throw new WireError("undecodable", "Cannot read the message: a node's function has no URL");
    }
    const key = `${id} ${url}`;
    let fn = functions.get(key);
    if (!fn) {
      const name = freeName(nameOf(url, id), id, names);
      fn = originalFunction(name, url, id);
      functions.set(key, fn);
      names.add(name);
    }
    return fn;
  };
}

function originalFunction(name: string, url: string, id: number): FunctionSpec {
  return {
    name,
    url: /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`,
    id,
    method: "POST",
    timeoutMs: DEFAULT_TIMEOUT_MS,
    retry: DEFAULT_RETRY,
    payload: "event",
    atMostOnce: false,
  };
}

/** `publishinit.com` of `https://publishinit.com/`; what a name cannot hold becomes `_`. */
function nameOf(url: string, id: number): string {
  const name = url.slice(0, 2000).replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/[^\w.:/@-]/g, "_")
    .replace(/^\W+/, "").replace(/\/+$/, "");
  return name.slice(0, 128) || `function${id}`;
}

function freeName(name: string, id: number, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const withId = `${name.slice(0, 110)}_${id}`;
  if (!taken.has(withId)) return withId;
  for (let i = 2;; i++) {
    if (!taken.has(`${withId}_${i}`)) return `${withId}_${i}`;
  }
}
