import { chain, fn, type Json, lognormal } from "sequoia";

/** Counts words: a single function with a real body. `sequoia functions workloads/bag_of_words.ts` serves it. */
const bagOfWords = fn("bag_of_words", {
  id: 300,
  time: lognormal("1.2s", "2s"),
  run: ({ args }): Json => {
    const counts = new Map<string, number>();
    for (const [word] of String(args.text ?? "").toLowerCase().matchAll(/\p{L}+/gu)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([a], [b]) => a < b ? -1 : 1));
  },
});

export default chain("bag_of_words", ({ call }) => {
  call(bagOfWords, { args: { text: "A big black bear sat on a big black rug" } });
});
