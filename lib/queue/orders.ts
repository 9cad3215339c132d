import type { Order } from "./queue.ts";

/** An instance that a consumer holds and that is to end. */
export interface Mark {
  readonly id: string;
  /** Whether its calls in flight are to end with it. */
  readonly abort: boolean;
}

/** Keys of marks that consumers were told of: each is told once, and again if its calls are to end after all. */
export function marksOf(marks: readonly Mark[]): Set<string> {
  return new Set(marks.map(keyOf));
}

/** The orders that tell of the marks which have not been told of. */
export function* cancelOrders(marks: readonly Mark[], told: ReadonlySet<string>): Generator<Order> {
  const news = marks.filter((mark) => !told.has(keyOf(mark)));
  const gentle = news.filter(({ abort }) => !abort), abrupt = news.filter(({ abort }) => abort);
  if (gentle.length > 0) yield { kind: "cancel", filter: { ids: gentle.map(({ id }) => id) } };
  if (abrupt.length > 0) yield { kind: "cancel", filter: { ids: abrupt.map(({ id }) => id) }, abort: true };
}

function keyOf({ id, abort }: Mark): string {
  return abort ? `${id} abort` : id;
}
