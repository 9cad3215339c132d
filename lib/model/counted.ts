/** A number of things in words: `1 retry`, `2 retries`, `3,810 calls`. @param many the word for several (Default: `one` with an s) */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** A number as people read it: `3,810`. */
export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}
