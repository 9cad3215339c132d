import type { RunEvent } from "sequoia/report";

/**
 * A recorded run whose times are all a number of times as long, counted from its start: functions that ran faster than they
 * declare take the declared time, so that figures have the units of virtual time, and shares are judged over windows of as many
 * calls. What calls take beside their functions grows with it.
 *
 * @param times the number, above 0
 */
export async function* stretched(
  events: Iterable<RunEvent> | AsyncIterable<RunEvent>,
  times: number,
): AsyncGenerator<RunEvent> {
  let originMs = 0;
  for await (const event of events) {
    if (event.type === "run") originMs = event.startedAtMs;
    yield stretch(event, (key, value) => {
      if (/^atMs$|AtMs$/.test(key)) return originMs + times * (value - originMs);
      return key.endsWith("Ms") ? times * value : value;
    });
  }
}

/** An event whose numbers are changed. */
function stretch(event: RunEvent, change: (key: string, value: number) => number): RunEvent {
  const fields = Object.entries(event).map(([key, value]) => [
    key,
    typeof value === "number" ? change(key, value) : value,
  ]);
  return Object.fromEntries(fields);
}
