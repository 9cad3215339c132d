import { cpuUsage } from "node:process";

/**
 * Measures by how much longer work takes for a large input than for a small one, in time of the processor: while another
 * program has it, nothing is counted, which the larger work would meet more often. Both take turns, and the fastest of each
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
  const fastest = new Map([[small, Infinity], [large, Infinity]]);
  for (let round = 0; round < rounds; round++) {
    for (const [size, fastestBefore] of fastest) {
      const start = cpuUsage();
      await work(size);
      const { user, system } = cpuUsage(start);
      fastest.set(size, Math.min(fastestBefore, user + system));
    }
  }
  return fastest.get(large)! / fastest.get(small)!;
}
