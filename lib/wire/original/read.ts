import { Reader } from "protobufjs/minimal.js";
import { parseInvokeTime } from "./invoke_time.ts";

/** The fields of ChainState that tell a message of the original's: it has a root, and no id of ours. */
const ROOT_FIELD = 1, ID_FIELD = 16;

/** Whether bytes are a message of the original's, as far as that shows without decoding them. */
export function isOriginalMessage(bytes: Uint8Array): boolean {
  const reader = Reader.create(bytes);
  let hasRoot = false;
  try {
    while (reader.pos < bytes.length) {
      const tag = reader.tag(), field = tag >>> 3;
      if (field === ID_FIELD) return false;
      if (field === ROOT_FIELD) hasRoot = true;
      reader.skipType(tag & 7, 0, field);
    }
  } catch {
    return false;
  }
  return hasRoot;
}

/** Names for nodes of the original, which have ids: `node2`, and `node2_2` if the id comes again. */
export function originalNodeNames(): (id: number) => string {
  const times = new Map<number, number>();
  return (id) => {
    const time = (times.get(id) ?? 0) + 1;
    times.set(id, time);
    return time === 1 ? `node${id}` : `node${id}_${time}`;
  };
}

/** The labels of a message of the original's: its flags, without the one by which it says nothing. */
export function unflagged(
  flags: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> {
  const labels = { ...flags };
  if (labels.hybrid === "") delete labels.hybrid;
  return labels;
}

/** The original's time, which has no zone; one in the future must be of another zone, and is not believed. */
export function originalTime(invokeTime: string | null | undefined, receivedAtMs: number): number {
  const atMs = parseInvokeTime(invokeTime ?? "");
  return atMs === undefined ? receivedAtMs : Math.min(atMs, receivedAtMs);
}
