/** The value of an attribute. */
export type AttributeValue = string | number | boolean;

/** The part that a span plays, with the number that OTLP has for it. */
export const SPAN_KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** A span that has ended, as plain data. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** 16 hexadecimal digits; undefined: it is the first of its trace. */
  readonly parentSpanId?: string | undefined;
  /** Whether its parent is of another process. (Default: false) */
  readonly isParentRemote?: boolean;
  readonly tracestate?: string | undefined;
  /** The flags of its trace: two hexadecimal digits. */
  readonly flags: string;
  readonly name: string;
  readonly kind: keyof typeof SPAN_KINDS;
  /** In milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** By their names; what is undefined is left out. */
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  /** Why it has failed, if so. */
  readonly error?: string | undefined;
}
