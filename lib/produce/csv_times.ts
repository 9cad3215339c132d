/** The longest part of a field that a message shows, in characters. */
const SHOWN = 40;

/**
 * Reads the arrival times of a CSV file: the first field of each line, in milliseconds. The first line may be a heading, and
 * blank lines do not count. Fields end at a comma, a semicolon or a tab.
 *
 * @param name the file, for messages
 * @throws {SyntaxError} naming the line whose first field is no time
 *
 * @example
 * ```ts ignore
 * csvTimes("at,chain\n0,a\n12.5,b\n", "trace.csv"); // [0, 12.5]
 * ```
 */
export function csvTimes(text: string, name: string): number[] {
  const times: number[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const field = line.split(/[,;\t]/, 1)[0]!.trim();
    const ms = field === "" ? NaN : Number(field);
    const isHeading = i === 0 && field !== "" && Number.isNaN(ms);
    if (Number.isFinite(ms)) times.push(ms);
    else if (!isHeading) throw noTime(name, i + 1, field);
  }
  return times;
}

function noTime(name: string, line: number, field: string): SyntaxError {
  const shown = field.length > SHOWN ? `${field.slice(0, SHOWN)}…` : field;
  const what = field === "" ? "is blank" : `is ${JSON.stringify(shown)}`;
  return new SyntaxError(
    `Cannot read ${name}, line ${line}: its first field ${what}. Write a time in milliseconds`,
  );
}
