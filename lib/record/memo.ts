/**
 * A function of texts that remembers its last answers, so that what is asked again and again is answered with one object.
 *
 * @param most how many are remembered; then all are forgotten
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
