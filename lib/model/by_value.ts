/** Numbers by value: by names of functions and of chains, and by a label's name and its values. */
export interface ByValue<OfLabel = Readonly<Record<string, number>>> {
  /** By the names of functions. (Default: none) */
  readonly functions?: Readonly<Record<string, number>>;
  /** By the names of chains. (Default: none) */
  readonly chains?: Readonly<Record<string, number>>;
  /** By the names of labels, and their values. (Default: none) */
  readonly labels?: Readonly<Record<string, OfLabel>>;
}

/** Numbers by value as the command line writes them: `function=compile:5 tenant=acme:20,*:5`. One number is that of each value. */
export function byValueText(
  { functions = {}, chains = {}, labels = {} }: {
    readonly [kind in keyof ByValue]: ByValue<number | Readonly<Record<string, number>>>[kind] | undefined;
  },
): string {
  const kinds = [["function", functions], ["chain", chains], ...Object.entries(labels)] as const;
  return kinds.flatMap(([kind, numbers]) => {
    const byValue = typeof numbers === "number" ? { "*": numbers } : numbers;
    const values = Object.entries(byValue).map(([value, number]) => `${value}:${number}`);
    return values.length === 0 ? [] : [`${kind}=${values.join(",")}`];
  }).join(" ");
}
