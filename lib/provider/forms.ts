import {
  constant,
  type Distribution,
  lognormal,
  parseCount,
  parseDuration,
  parsePositiveDuration,
  parseRate,
} from "../model/mod.ts";

/** The written form of a number of a profile: a written number is read as the same number again. */
export interface Form<T> {
  /** @throws {SyntaxError | RangeError} if the text is none, or the value is out of range */
  read(text: string): T;
  write(value: T): string;
}

/** A whole number. */
export const COUNT: Form<number> = { read: parseCount, write: String };

/** A time that something takes or lasts, in milliseconds. */
export const DURATION: Form<number> = { read: parseDuration, write: writeDuration };

/** The same, above 0. */
export const POSITIVE_DURATION: Form<number> = { read: parsePositiveDuration, write: writeDuration };

/** A rate per second. */
export const RATE: Form<number> = { read: parseRate, write: writeRate };

/** A part of a whole, in (0, 1]. */
export const PART: Form<number> = {
  read(text) {
    const part = Number(text);
    if (text.trim() !== "" && part > 0 && part <= 1) return part;
    throw new RangeError(
      `Cannot use the part "${text}": write a number above 0 and at most 1, for example 0.5`,
    );
  },
  write: String,
};

/** A multiple of something, at least as large as that. */
export const FACTOR: Form<number> = {
  read(text) {
    const factor = Number(text);
    if (factor >= 1 && factor < Infinity) return factor;
    throw new RangeError(`Cannot use the factor "${text}": write a number of at least 1, for example 1.5`);
  },
  write: String,
};

/** Whether. */
export const YES_NO: Form<boolean> = {
  read(text) {
    if (text === "yes" || text === "no") return text === "yes";
    throw new SyntaxError(`Cannot read "${text}". Write yes or no`);
  },
  write: (value) => value ? "yes" : "no",
};

/** A time that is always the same, or the median and the 99th percentile of a log-normal one; `none`: no time. */
export const TIME: Form<Distribution> = {
  read(text) {
    if (text === "none") return constant(0);
    const [median = "", p99] = text.split("/");
    return p99 === undefined ? constant(median) : lognormal(median, p99);
  },
  write(time) {
    if (time.kind === "constant") return writeDuration(time.ms);
    if (time.kind === "lognormal") return `${writeDuration(time.medianMs)}/${writeDuration(time.p99Ms)}`;
    throw new TypeError(
      `Cannot write a time of the kind ${time.kind} in a profile. Use constant or lognormal`,
    );
  },
};

/** The same, or `none` for one value. */
export function orNone(none: number, form: Form<number>): Form<number> {
  return {
    read: (text) => text === "none" ? none : form.read(text),
    write: (value) => value === none ? "none" : form.write(value),
  };
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [[3_600_000, "h"], [60_000, "m"], [
  1000,
  "s",
]];

/** Writes a duration in the largest unit that divides it. */
function writeDuration(ms: number): string {
  const [unitMs, unit] = UNITS.find(([unitMs]) => ms > 0 && ms % unitMs === 0) ?? [1, "ms"];
  return `${plain(ms / unitMs)}${unit}`;
}

/** By the second or the minute, whichever is a whole number. */
function writeRate(perS: number): string {
  const perMinute = Math.round(perS * 60);
  const isWhole = !Number.isInteger(perS) && perMinute > 0 && parseRate(`${perMinute}/m`) === perS;
  return isWhole ? `${perMinute}/m` : plain(perS);
}

/** Without an exponent. */
function plain(value: number): string {
  return value.toLocaleString("en", { useGrouping: false, maximumSignificantDigits: 21 });
}
