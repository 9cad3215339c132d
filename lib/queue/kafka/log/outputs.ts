/** Outputs within the JSON of records: written and read as they came, whatever stands around them. */
import {
  itemsOf,
  type JsonText,
  listText,
  membersOf,
  type NodeRecord,
  objectText,
  writeJson,
} from "../../../model/mod.ts";

/** The end of an instance, without the part in the header. */
export interface EndBody {
  readonly reason?: string;
  readonly output?: JsonText;
  readonly progress: readonly NodeRecord[];
}

/** A head, or the record of a node. */
interface WithOutput {
  readonly output?: JsonText;
}

/** The JSON of such a record. */
export function outputText<T extends WithOutput>({ output, ...rest }: T): JsonText {
  const text = JSON.stringify(rest) as JsonText;
  return output === undefined ? text : `${text.slice(0, -1)},"output":${output}}` as JsonText;
}

/** Reads such a JSON. */
export function readOutput<T extends WithOutput>(text: JsonText): T {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of membersOf(text)!) fields[name] = name === "output" ? value : JSON.parse(value);
  return fields as unknown as T;
}

/** The JSON of how an instance ended. */
export function bodyText({ reason, output, progress }: EndBody): JsonText {
  const members: [string, JsonText][] = [["progress", listText(progress.map(outputText))]];
  if (reason !== undefined) members.unshift(["reason", writeJson(reason)]);
  if (output !== undefined) members.push(["output", output]);
  return objectText(members);
}

/** Reads such a JSON. */
export function readBody(text: JsonText): EndBody {
  const members = membersOf(text)!;
  const reason = members.get("reason"), output = members.get("output");
  const progress = itemsOf(members.get("progress") ?? "[]" as JsonText)!;
  return {
    ...reason !== undefined && { reason: JSON.parse(reason) as string },
    ...output !== undefined && { output },
    progress: progress.map((record) => readOutput<NodeRecord>(record)),
  };
}
