/** The numbers that a consumer tells of each name, in the order in which it writes them. */
export const COLUMNS = [
  /** Invocations that wait for capacity, … */
  "ready",
  /** … and attempts in flight, now. */
  "running",
  /** Attempts that have started since the consumer began, … */
  "started",
  /** … and those that have ended well, */
  "ok",
  /** … failed, */
  "failed",
  /** … been refused for capacity, */
  "throttled",
  /** … or been cut off, as their instances ended. */
  "cancelled",
  /** Time that attempts have been in flight since the consumer began, in milliseconds, … */
  "busyMs",
  /** … and within the last minute. */
  "minuteBusyMs",
  /** Queueing times since the consumer began, together, in milliseconds. */
  "queuedMs",
  /** Instances that have ended since the consumer began, by outcome; 0 of functions. */
  "instancesCompleted",
  "instancesFailed",
  "instancesCancelled",
  "instancesShed",
  /** Rates of these, each second, over the last seconds. */
  "startedPerS",
  "throttledPerS",
  "failedPerS",
  "completedPerS",
  "instancesFailedPerS",
] as const;

/** The name of a number. */
export type Column = typeof COLUMNS[number];

/** The numbers of one name. */
export type Numbers = Readonly<Record<Column, number>>;

/** A number for each name of a list. */
export function numbersBy<Name extends string>(
  names: readonly Name[],
  value: (name: Name, i: number) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map((name, i) => [name, value(name, i)])) as Record<Name, number>;
}

/** Those that only grow. */
export const COUNTERS = [
  "started",
  "ok",
  "failed",
  "throttled",
  "cancelled",
  "busyMs",
  "queuedMs",
  "instancesCompleted",
  "instancesFailed",
  "instancesCancelled",
  "instancesShed",
] as const satisfies readonly Column[];

/** The name of a number that only grows. */
export type Counter = typeof COUNTERS[number];

/** The counters of instances, by the ways in which these end at a consumer. */
export const ENDS = {
  completed: "instancesCompleted",
  failed: "instancesFailed",
  cancelled: "instancesCancelled",
  shed: "instancesShed",
} as const satisfies Readonly<Record<string, Counter>>;

/** The sum of the numbers of several names, or of one name at several consumers. */
export function sumOf(all: readonly Numbers[]): Numbers {
  return numbersBy(COLUMNS, (column) => all.reduce((sum, numbers) => sum + numbers[column], 0));
}
