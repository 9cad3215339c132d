/** The headers of an answer, by their names in lower case. */
export type HeaderValues = Pick<Headers, "get" | "has">;

/** An answer that is not 2xx, as far as its meaning goes by it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: HeaderValues;
  /** Its body, or the beginning of it. */
  readonly text: string;
}

/** The form in which one provider refuses a call for lack of capacity, where it does not answer with a 429. */
interface Refusal {
  readonly provider: string;
  /** Where the provider, or its source code, says so. */
  readonly source: string;
  readonly matches: (answer: ErrorAnswer) => boolean;
  /** Whether functions may answer so as well, after they have done something. */
  readonly isGuess?: boolean;
}

/** The parts of pages and lines that tell only that the service is not available. Few functions write such errors. */
const UNAVAILABLE =
  /(?:http )?(?:error )?503|(?:the )?(?:service|server|site)(?: is)?(?: temporarily)? (?:unavailable|too busy)|no server is available to handle this request|nginx(?:\/[\d.]+)?(?: \(\w+\))?|[\s.:-]+/gi;

/** One row a provider. A 429, and a 503 with Retry-After, are refusals of any provider and stand in no row. */
const REFUSALS: readonly Refusal[] = [
  {
    provider: "AWS",
    source: "docs.aws.amazon.com/lambda/latest/api/CommonErrors.html: x-amzn-errortype",
    matches: ({ status, headers }) =>
      status >= 500 && /throttl|toomanyrequests|limitexceeded/i.test(headers.get("x-amzn-errortype") ?? ""),
  },
  {
    provider: "Google Cloud Functions and Cloud Run",
    source:
      "cloud.google.com/run/docs/troubleshooting#abort-request: a 500 instead of the 429 when scaling is slow",
    matches: ({ status, text }) =>
      (status === 500 || status === 503) &&
      /^[^{]{0,200}\b(?:aborted|failed) because there was no available instance/i.test(text),
  },
  {
    provider: "Azure storage and gateways",
    source: "learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes: ServerBusy",
    matches: ({ status, headers }) =>
      status >= 500 && /serverbusy/i.test(headers.get("x-ms-error-code") ?? ""),
  },
  {
    // Balancers whose servers are gone answer so as well: HAProxy (docs.haproxy.org, "503"), ALB without targets. Nobody can tell
    // these apart, so whoever waits is told (lib/consume/refused_functions.ts). nginx, and ALB with dead targets, answer 502 or
    // 504, and Envoy says in words that its backends are gone: these are failures.
    provider: "Azure Functions, and web servers before functions",
    source:
      "Azure/azure-functions-host#1206: a 503 of the front end, with a page of its own and no Retry-After",
    matches: ({ status, text }) => status === 503 && textOfPage(text).replace(UNAVAILABLE, "") === "",
    isGuess: true,
  },
  {
    provider: "OpenWhisk and IBM Cloud Functions",
    source: "apache/openwhisk Messages.scala: systemOverloaded, tooManyRequests, tooManyConcurrentRequests",
    matches: ({ status, text }) =>
      status === 503 &&
      /^(?:system is overloaded, try again|too many (?:concurrent )?requests in (?:flight|the last))/i.test(
        jsonError(text),
      ),
  },
  {
    provider: "Knative and Code Engine",
    source: "knative/serving pkg/queue/breaker.go: ErrRequestQueueFull",
    matches: ({ status, text }) => status === 503 && /^\s*pending request queue full\s*$/i.test(text),
  },
  {
    provider: "Vercel",
    source: "vercel.com/docs/errors/FUNCTION_THROTTLED: a 503 with x-vercel-error",
    matches: ({ status, headers }) =>
      status === 503 && /^FUNCTION_THROTTLED$/.test(headers.get("x-vercel-error") ?? ""),
  },
];

/**
 * The provider that an answer shows to have no capacity for the call; undefined if it says something else.
 *
 * @param isSure whether a guess does not count
 */
export function refusingProvider(answer: ErrorAnswer, isSure: boolean): string | undefined {
  return REFUSALS.find(({ matches, isGuess }) => !(isSure && isGuess) && matches(answer))?.provider;
}

/** The field "error" of a body that is a JSON object. */
function jsonError(text: string): string {
  try {
    const { error } = Object(JSON.parse(text)) as { error?: unknown };
    return typeof error === "string" ? error : "";
  } catch {
    return "";
  }
}

/** The text that a reader of a page sees; another text as it is. */
function textOfPage(text: string): string {
  if (!/^\s*</.test(text)) return text;
  return text.replace(/<(style|script)\b[^]*?<\/\1>|<!--[^]*?-->|<[^>]*>/gi, " ");
}
