import { type FunctionSpec, kindOf } from "../../model/mod.ts";
import { LOCAL_ADDRESS } from "./local_address.ts";

/** The message that nobody serves a function at a local platform's address, and what to start. */
export function unservedWords(spec: FunctionSpec, address: string): string {
  const listen = address === LOCAL_ADDRESS ? "" : ` --listen ${address}`;
  return kindOf(spec) === "served"
    ? `function ${spec.name} is served by nobody at ${address}. Start: sequoia functions WORKLOAD.ts${listen}`
    : `function ${spec.name} cannot run: nobody listens at ${address}. Start: sequoia functions${listen}`;
}

/** The message that nobody serves a function at a platform that is no local one. */
export function elsewhereWords({ name }: FunctionSpec, url: string): string {
  return `function ${name} cannot run: nobody listens at ${url}. Start that platform, or leave it out`;
}
