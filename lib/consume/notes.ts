import { type Clock, counted, formatDuration, type JsonObject, type Pause, pauseName } from "../model/mod.ts";
import { askerWords } from "../queue/mod.ts";
import { type AskedWait, floorShortageWords, type HeldRetries } from "../scheduler/mod.ts";
import type { ConsumerOptions } from "./consumer.ts";
import type { DelayedWait } from "./empty_watch.ts";
import { failureFields, failureWords } from "./failure_words.ts";
import { loggable } from "./loggable.ts";
import type { ClockNews } from "./own_time.ts";
import { NOTE_EVENTS, type NoteEvent, type NoteLevel } from "./note_events.ts";
import type { NotifierHooks } from "./notifier.ts";
import { namesInFields, namesInWords } from "./note_names.ts";
import { peerNotes } from "./peer_words.ts";

/** Takes a note: its words, its urgency, and what programs read of it. */
export type NoteTaker = (words: string, level: NoteLevel, fields: NoteFields) => void;

/** The event of a note, and its particulars, as plain values. */
export type NoteFields = { readonly event: NoteEvent } & JsonObject;

/** Tells of an event in words; its level follows from {@linkcode NOTE_EVENTS}. */
export type EventTeller = (event: NoteEvent, words: string, fields?: JsonObject) => void;

/** Tells events to a taker of notes, on one line each, without what may be secret in URLs. */
export function tellingTo(note: NoteTaker): EventTeller {
  return (event, words, fields = {}) => {
    const shown = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? loggable(value) : value,
    ]);
    note(loggable(words), NOTE_EVENTS[event].level, { event, ...Object.fromEntries(shown) });
  };
}

/** The event of what a queue tells. @param isWaiting whether it is waited for from now on, or no more, if that has changed */
export function queueEvent(isWaiting: boolean | undefined): NoteEvent {
  return isWaiting === undefined ? "queue-note" : isWaiting ? "queue-waiting" : "queue-reached";
}

type Hooks = Pick<
  ConsumerOptions,
  "onClock" | "onOnlyDelayed" | "onSettings" | "onPauses" | "onPeers" | "onRefused" | keyof NotifierHooks
>;

/** The callbacks of a consumer that put into words what its operator should see. */
export function notesTo(note: NoteTaker, clock: Pick<Clock, "nowMs">): Required<Hooks> {
  const tell = tellingTo(note);
  return {
    onFailures: (group) => tell(group.first.kind, failureWords(group), failureFields(group)),
    onSettings: (words, { setting, value = null }) =>
      tell("setting-changed", `${words}. See sequoia queue settings`, { setting, value }),
    onPauses: ({ paused, resumed }) => {
      if (paused.length > 0) tell("paused", ...pauseNote("Paused", paused));
      if (resumed.length > 0) tell("resumed", ...pauseNote("Resumed", resumed));
    },
    onPeers: (news) => {
      for (const each of peerNotes(news)) tell(...each);
    },
    onRefused: (error) => tell("setting-refused", error.message, codeOf(error)),
    onClock: clockNotesTo(tell),
    onOnlyDelayed: (wait) => tell("only-delayed", delayedWords(wait), { ...wait }),
    onUnserved: ({ function: name, reason }, isServed) =>
      isServed
        ? tell("function-served", `function ${name} is served now`, { function: name })
        : tell("function-unserved", reason, { function: name }),
    onHeldRetries: (retries) =>
      tell(retries.waiting > 0 ? "retries-held" : "retries-let-go", heldWords(retries), { ...retries }),
    onAsked: (wait) => tell("wait-asked", askedWords(wait, clock.nowMs()), askedFields(wait)),
    onFloorShortage: (shortage) => tell("floors-short", floorShortageWords(shortage), { ...shortage }),
    onThrottled: (name, refused) =>
      refused === undefined
        ? tell("calls-let-in", `Function ${name} is not refused any more`, { function: name })
        : tell(
          "calls-refused",
          `No call of function ${name} has been let in for a minute: ${refused.reason}. Check its platform`,
          { function: name, reason: refused.reason },
        ),
  };
}

/** Pauses that are new, or over, in words and for programs. */
function pauseNote(done: string, pauses: readonly Pause[]): [words: string, fields: JsonObject] {
  const names = pauses.map(pauseName);
  return [`${done} by the queue: ${namesInWords(names, "; ")}`, {
    count: names.length,
    pauses: namesInFields(names),
  }];
}

/** The stable code of an error, if it has one. */
function codeOf(error: Error): JsonObject {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? { code } : {};
}

/** Tells of a clock that was set each time, and of producers whose clocks differ once. */
function clockNotesTo(tell: EventTeller): (news: ClockNews) => void {
  let isTold = false;
  return ({ kind, byMs }) => {
    const by = formatDuration(Math.round(Math.abs(byMs)));
    if (kind === "set") {
      return tell(
        "clock-set",
        byMs < 0
          ? `The system's clock was set back by ${by}`
          : `The system's clock was set on by ${by}, or the machine slept`,
        { byMs: Math.round(byMs) },
      );
    }
    if (isTold) return;
    isTold = true;
    tell(
      "clocks-differ",
      `An instance says that it was submitted ${by} from now: its producer's clock differs, or a clock was set. ` +
        "Such instances count from when they came",
      { byMs: Math.round(byMs) },
    );
  };
}

function askedFields({ askedMs, untilMs: _, ...where }: AskedWait): JsonObject {
  return { ...where, askedMs: Math.round(askedMs) };
}

/** The time for which a platform has asked callers to wait, and the reaction, in words. */
function askedWords({ askedMs, untilMs, ...where }: AskedWait, nowMs: number): string {
  const [asked, left] = [askedMs, untilMs - nowMs].map((ms) => formatDuration(Math.ceil(ms / 1000) * 1000));
  const again = asked === left ? "" : `; after ${left} one call asks again`;
  const kept = where.function === undefined ? "nothing starts there" : "no call of that starts";
  return `${askerWords(where).replace(/^t/, "T")} has asked callers to wait for ${asked}: ${kept}${again}`;
}

function delayedWords({ count, dueInMs }: DelayedWait): string {
  const due = `${count === 1 ? "" : "the next of them "}due in ${formatDuration(dueInMs)}`;
  return `Waiting for ${counted(count, "delayed instance")}, ${due}: nothing else is left`;
}

/** Why retries are held back, or that none are any more. */
function heldWords({ function: name, platform, waiting }: HeldRetries): string {
  const where = `function ${name}${platform === undefined ? "" : ` on ${platform}`}`;
  if (waiting === 0) return `Holding no retries of ${where} back any more`;
  return `Holding ${
    counted(waiting, "retry", "retries")
  } of ${where} back: its calls fail, and more of them would multiply the load. ` +
    "They go as calls succeed. See --retry-budget";
}
