/** Puts text between ANSI codes, also where that text has closed such a code itself. */
function style(open: number, close: number): (text: string) => string {
  const [start, end] = [`\x1b[${open}m`, `\x1b[${close}m`];
  return (text) => Deno.noColor ? text : start + text.replaceAll(end, start) + end;
}

export const bold = style(1, 22);
export const red = style(31, 39);
export const green = style(32, 39);
export const white = style(37, 39);
export const gray = style(90, 39);
export const onRed = style(41, 49);
export const onGreen = style(42, 49);

/** Text without what colours it. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- that is how colours start
  return text.replaceAll(/\x1b\[[\d;]*m/g, "");
}
