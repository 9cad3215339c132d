/**
 * A function of texts that remembers its last answers, so that a text that comes again and again gets one and the same object.
 *
 * @param most the number of answers that are remembered; then all are forgotten
 */
export function remembering<T>(most: number, answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value !== undefined || known.has(text)) return value as T;
    value = answer(text);
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}
