/** A part of a URL with its `%` sequences read; undefined if one of them stands for no character. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
