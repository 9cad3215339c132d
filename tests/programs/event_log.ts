import { assert, assertEquals } from "@std/assert";
import type {
  AttemptEvent,
  CounterEvent,
  EndEvent,
  FunctionRunEvent,
  Recorder,
  SettingEvent,
  SubmitEvent,
} from "../../lib/record/mod.ts";

/** Keeps what is recorded. */
export class EventLog implements Recorder {
  readonly attempts: AttemptEvent[] = [];
  readonly functionRuns: FunctionRunEvent[] = [];
  readonly submits: SubmitEvent[] = [];
  readonly ends: EndEvent[] = [];
  readonly counters: CounterEvent[] = [];
  readonly settings: SettingEvent[] = [];

  attempt(event: AttemptEvent): void {
    assert(
      this.submits.some(({ instance }) => instance === event.instance),
      "an attempt before its submission",
    );
    this.attempts.push(event);
  }

  functionRun(event: FunctionRunEvent): void {
    this.functionRuns.push(event);
  }

  submit(event: SubmitEvent): void {
    this.submits.push(event);
  }

  end(event: EndEvent): void {
    this.ends.push(event);
  }

  counter(event: CounterEvent): void {
    this.counters.push(event);
  }

  setting(event: SettingEvent): void {
    this.settings.push(event);
  }

  /** The outcomes of the instances that ended, by id; fails if one ended twice. */
  outcomes(): Record<string, string> {
    const ids = this.ends.map(({ instance }) => instance);
    assertEquals(ids.length, new Set(ids).size, "an instance ended twice");
    return Object.fromEntries(this.ends.map(({ instance, outcome }) => [instance, outcome]));
  }
}
