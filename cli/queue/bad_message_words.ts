import { oneLine } from "../../lib/draw/mod.ts";
import { agoWords } from "../words/time_words.ts";
import type { BadMessage } from "../../lib/queue/mod.ts";
import { cut } from "../shell/text_table.ts";

/** A message that is no instance, in one line: where it was, how long ago it was set aside, and why. */
export function badMessageLine({ place, atMs, reason }: BadMessage, nowMs: number, width: number): string {
  const words = [oneLine(place), "no instance", agoWords(nowMs - atMs), oneLine(reason)];
  return cut(words.join("  ").trimEnd(), width);
}

/** The same as JSON, with the message in base64. */
export function badMessageJson({ place, atMs, reason, bytes }: BadMessage) {
  return { place, atMs, reason, bytes: bytes.toBase64() };
}
