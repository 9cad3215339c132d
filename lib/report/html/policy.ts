import { createHash } from "node:crypto";

/** The parts of a page that its policy allows. */
export interface PagePolicy {
  /** The contents of its style elements. */
  readonly styles: readonly string[];
  /** The contents of its script elements. */
  readonly scripts: readonly string[];
  /** Whether it has a picture in a `data:` URL. */
  readonly hasIcon: boolean;
  /** Whether it asks for data where it comes from. */
  readonly asks: boolean;
}

/**
 * A Content-Security-Policy that allows these parts, by their hashes, and nothing else. Where a page asks for data, no text can become
 * markup.
 */
export function policyOf({ styles, scripts, hasIcon, asks }: PagePolicy): string {
  return [
    "default-src 'none'",
    `script-src ${hashes(scripts)}`,
    `style-src ${hashes(styles)}`,
    ...hasIcon ? ["img-src data:"] : [],
    ...asks ? ["connect-src 'self'", "require-trusted-types-for 'script'"] : [],
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function hashes(texts: readonly string[]): string {
  return texts.length === 0
    ? "'none'"
    : texts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ");
}
