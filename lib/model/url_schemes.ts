import { parseLambdaUrl } from "./lambda_url.ts";
import { parseOpenWhiskUrl } from "./openwhisk_url.ts";

/** The form in which functions are named at platforms that are not called by http and https URLs alone. */
export interface UrlScheme {
  /** The scheme of such URLs, before the colon. */
  readonly scheme: string;
  /** The kind of things that they name: `Lambda function`. */
  readonly what: string;
  /** The way in which they are written, in one form. */
  readonly short: string;
  /** The way in which they are written, in all forms. */
  readonly form: string;
  readonly example: string;
  /** Whether a URL of this scheme can be read. */
  reads(url: string): boolean;
  /** Whether a text is a pattern of such URLs, in which `*` stands for any characters. */
  isPattern(text: string): boolean;
}

/** The schemes, in the order in which messages name them; each has a kind in `lib/platform/kinds.ts`. */
export const URL_SCHEMES: readonly UrlScheme[] = [
  {
    scheme: "lambda",
    what: "Lambda function",
    short: "lambda:REGION:NAME",
    form: "lambda:REGION:NAME or lambda:REGION:NAME:QUALIFIER",
    example: "lambda:eu-central-1:resize:prod",
    reads: (url) => parseLambdaUrl(url) !== undefined,
    isPattern: (text) => /^lambda:[\w*-]+:[\w*-]+(:[\w$*-]+)?$/.test(text),
  },
  {
    scheme: "openwhisk",
    what: "OpenWhisk action",
    short: "openwhisk://HOST/NAMESPACE/ACTION",
    form: "openwhisk://HOST/NAMESPACE/ACTION or openwhisk://HOST/NAMESPACE/PACKAGE/ACTION",
    example: "openwhisk://openwhisk.example.com/guest/images/resize",
    reads: (url) => parseOpenWhiskUrl(url) !== undefined,
    isPattern: (text) => /^openwhisk:\/\/[\w.:[\]*-]+(\/[\w@.*-]+)+$/.test(text),
  },
];

/** The scheme of a URL; undefined: http, https, or none that is known. */
export function urlSchemeOf(url: string): UrlScheme | undefined {
  const at = url.indexOf(":");
  const scheme = at < 0 ? "" : url.slice(0, at).toLowerCase();
  return URL_SCHEMES.find((known) => known.scheme === scheme);
}
