import { type JsonText, objectText, writeJson } from "../model/mod.ts";
import type { ToldEnd } from "../queue/mod.ts";

/** A longer output is left out, in characters: the receiver can ask the queue for it. */
const LONGEST_OUTPUT = 1024 * 1024;

/** The body of a callback: the same for each attempt. Outputs are passed on as they came. */
export function callbackBody(end: ToldEnd): JsonText {
  const { instance, chain, outcome, reason, output, labels, submittedAtMs, endedAtMs } = end;
  const isTooLong = (output?.length ?? 0) > LONGEST_OUTPUT;
  const data: [string, JsonText][] = [
    ["id", writeJson(instance)],
    ["chain", writeJson(chain)],
    ["outcome", writeJson(outcome)],
    ...reason === undefined ? [] : [["reason", writeJson(reason)] as [string, JsonText]],
    ...output === undefined || isTooLong ? [] : [["output", output] as [string, JsonText]],
    ...isTooLong ? [["outputLeftOut", writeJson(true)] as [string, JsonText]] : [],
    ["labels", writeJson(labels)],
    ["submittedAt", writeJson(isoTime(submittedAtMs))],
    ["endedAt", writeJson(isoTime(endedAtMs))],
  ];
  return objectText([
    ["type", writeJson(`instance.${outcome}`)],
    ["timestamp", writeJson(isoTime(endedAtMs))],
    ["data", objectText(data)],
  ]);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
