import type { JsonObject } from "../model/mod.ts";
import { placeOf } from "./beats.ts";
import type { NoteEvent } from "./note_events.ts";
import { namesInFields, namesInWords } from "./note_names.ts";
import type { PeerNews } from "./peer_watch.ts";

/** The events of changes among the other consumers, in words and for programs. */
export function peerNotes(
  { joined, left, lost, all }: PeerNews,
): readonly (readonly [event: NoteEvent, words: string, fields: JsonObject])[] {
  const now = all === 1 ? "this one is alone" : `${all} in all, with this one`;
  return ([
    ["consumers-joined", joined, `joined the queue; ${now}`],
    ["consumers-left", left, `left the queue; ${now}`],
    ["consumers-lost", lost, `gone silent: killed, stopped or cut off. Others go on with the work; ${now}`],
  ] as const).filter(([, some]) => some.length > 0).map(([event, some, words]) => {
    const names = some.map(placeOf), count = names.length;
    const [subject, verb] = count === 1 ? ["Consumer", "has"] : ["Consumers", "have"];
    return [event, `${subject} ${namesInWords(names)} ${verb} ${words}`, {
      count,
      consumers: namesInFields(names),
      all,
    }];
  });
}
