/**
 * A length of time for people, as the rest of the report writes it: three digits and a unit.
 *
 * @param {number} ms
 * @returns {string}
 */
export function duration(ms) {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 999.5) return `${threeDigits(ms)}ms`;
  if (ms < 59_950) return `${threeDigits(ms / 1000)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits(seconds, 60, "m", "s");
  if (seconds < 3 * 86_400) return twoUnits(Math.round(seconds / 60), 60, "h", "m");
  return twoUnits(Math.round(seconds / 3600), 24, "d", "h");
}

/**
 * @param {number} small
 * @param {number} size of a big unit, in small ones
 * @param {string} bigUnit
 * @param {string} smallUnit
 */
function twoUnits(small, size, bigUnit, smallUnit) {
  const rest = small % size;
  return `${Math.floor(small / size)}${bigUnit}${rest === 0 ? "" : ` ${rest}${smallUnit}`}`;
}

/** @param {number} value */
function threeDigits(value) {
  return String(Number(value.toPrecision(3)));
}

/**
 * A number with about three digits.
 *
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** The most letters of an id in a list, and those that are left at each end of a longer one. */
const ID_LETTERS = 18, END_LETTERS = 8;

/**
 * An id for a list: a long one without its middle, as ids differ in their ends.
 *
 * @param {string} id
 * @returns {string}
 */
export function shortId(id) {
  const letters = [...id];
  if (letters.length <= ID_LETTERS) return id;
  return `${letters.slice(0, END_LETTERS).join("")}…${letters.slice(-END_LETTERS).join("")}`;
}

/** The steps between the ticks of a time axis, in milliseconds. */
export const TIME_STEPS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 6, 12, 24, 48, 168].map((hours) => hours * 3_600_000),
];

/** The rows of the tables behind charts over time. */
export const TABLE_ROWS = 20;

/** The most ticks of a logarithmic axis. */
const MOST_TICKS = 8;
/** Round times, ever fewer. */
const LOG_STEPS = [
  TIME_STEPS,
  TIME_STEPS.filter((ms) => ms >= 1000 || /^0?\.?[15]0*$/.test(String(ms))),
  [0.1, 1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000],
];

/**
 * The ticks of a logarithmic axis of times: the round ones, as many as can be read.
 *
 * @param {number} from
 * @param {number} to
 * @returns {number[]}
 */
export function logTicks(from, to) {
  const lists = LOG_STEPS.map((steps) => steps.filter((ms) => ms >= from && ms <= to));
  return lists.find(({ length }) => length <= MOST_TICKS) ?? lists.at(-1) ?? [];
}
