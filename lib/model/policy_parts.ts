/** The names that a policy's text joins by `+`: of built-in policies, or files of the user's. */
export function policyParts(text: string): string[] {
  return text.split("+").map((name) => name.trim());
}
