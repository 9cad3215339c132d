/** Parts a list into the items for which a test holds, and the others, each in their order. */
export function partition<T>(list: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const { first = [], second = [] } = Object.groupBy(list, (item) => test(item) ? "first" : "second");
  return [first, second];
}
