/** The kinds of names that options of limits and shares give. */
export const KINDS = ["function", "chain", "label"] as const;
/** Names of functions, chains and labels. */
export type Names = Readonly<Record<typeof KINDS[number], ReadonlySet<string>>>;

/** Anything by the names of functions, chains and labels. */
type Named = { readonly [kind in "functions" | "chains" | "labels"]?: object | undefined };

/** The names of functions, chains and labels for which there are limits or shares; `*` is no name. */
export function limitedNames(limits: readonly Named[], by: string | undefined): Names {
  const keys = (pick: (limits: Named) => object | undefined) =>
    new Set(limits.flatMap((each) => Object.keys(pick(each) ?? {})).filter((name) => name !== "*"));
  return {
    function: keys(({ functions }) => functions),
    chain: keys(({ chains }) => chains),
    label: new Set([...keys(({ labels }) => labels), ...by === undefined ? [] : [by]]),
  };
}
