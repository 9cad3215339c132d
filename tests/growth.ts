/**
 * Measures by how much longer work takes for a large input than for a small one. Both take turns, and the fastest of each
 * counts, so that neither the speed of the machine nor its other programs matter.
 *
 * @param work does the work for an input of a size
 * @param rounds how often each is measured (Default: 5)
 * @returns the ratio of the times: the ratio of the sizes for work in linear time, its square for work in quadratic time
 */
export async function growthOf(
  work: (size: number) => unknown,
  [small, large]: readonly [small: number, large: number],
  rounds = 5,
): Promise<number> {
  const fastestMs = new Map([[small, Infinity], [large, Infinity]]);
  for (let round = 0; round < rounds; round++) {
    for (const [size, beforeMs] of fastestMs) {
      const startMs = performance.now();
      await work(size);
      fastestMs.set(size, Math.min(beforeMs, performance.now() - startMs));
    }
  }
  return fastestMs.get(large)! / fastestMs.get(small)!;
}
