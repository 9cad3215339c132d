/** A time in milliseconds as mm:ss. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/** The bytes done and all bytes, in the largest unit that the whole fills. */
export function fraction(value: number, max: number): string {
  const larger = UNITS.findIndex((_, i) => 1024 ** (i + 1) > max);
  const power = larger < 0 ? UNITS.length : Math.max(larger, 1);
  const [done, all] = [value, max].map((bytes) => (bytes / 1024 ** power).toFixed(2));
  return `${done}/${all} ${UNITS[power - 1]}`;
}
