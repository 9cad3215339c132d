/**
 * The nodes that a pause keeps from starting for a while: all that have each of the given parts; without any part, every node.
 */
export interface Pause {
  /** Nodes of the chain of this name. */
  readonly chain?: string;
  /** Nodes that call the function of this name. */
  readonly function?: string;
  /** Nodes of instances that carry this label. */
  readonly label?: { readonly name: string; readonly value: string };
}

/** A text that tells pauses apart, whatever their labels hold, and describes the pause: queues know it by this. */
export function pauseName({ chain, function: fn, label }: Pause): string {
  const parts = [
    chain === undefined ? [] : [`chain ${chain}`],
    fn === undefined ? [] : [`function ${fn}`],
    label === undefined ? [] : [`label ${quotedIfOdd(label.name)}=${label.value}`],
  ].flat();
  return parts.length === 0 ? "everything" : parts.join(", ");
}

/** The name of a label as it is, unless a reader could not tell where it ends. */
function quotedIfOdd(name: string): string {
  return /[="]/.test(name) ? JSON.stringify(name) : name;
}
