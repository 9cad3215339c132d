import type { NodeRecord } from "../../model/mod.ts";
import { checkRecord, storableOutput, storableText } from "../submission.ts";

/** A record as it is kept: the one that was given may change. */
export function copyOf(record: NodeRecord): NodeRecord {
  checkRecord(record);
  const { reason } = record;
  return {
    ...record,
    output: storableOutput(record.output),
    ...(reason === undefined ? {} : { reason: storableText(reason) }),
  };
}
