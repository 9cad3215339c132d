/** Reads the name of a secret, which is never written itself: `env:NAME` or `file:PATH`. */
export function secretReference(text: string): string {
  if (/^(?:env:[\w.-]+|file:[^=*\0]+)$/s.test(text)) return text;
  throw new SyntaxError("Cannot read that as the name of a secret. Write env:NAME or file:/PATH");
}
