import { queueKind } from "../../lib/queue/kinds.ts";
import { code, table } from "./markdown.ts";

/** The options behind the `?` of the addresses of a kind of queue. @throws {Error} if there is no such kind */
export function addressTable(scheme: string): string {
  const kind = queueKind(scheme);
  if (kind === undefined) {
    throw new Error(`Cannot write the options of ${scheme}: no queue driver has this scheme`);
  }
  return table(
    ["behind the `?`", "variable", "what it is", "default"],
    kind.options.map(({ name, variable, help, default: fallback = "none" }) => [
      code(name),
      variable === undefined ? "" : code(variable),
      help,
      fallback,
    ]),
  );
}
