/** The numbers that tell causes apart stay: those of a status or an error code, and those within names. */
const NUMBER = /(?<![\w.-])(?<!\b(?:status|code|HTTP)[ :=]*)\d+(?:\.\d+)*/gi;
/** ULIDs, UUIDs, and other long ids of hexadecimal digits. */
const ID = /\b(?:[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,})\b/gi;

/** The reason of a failure without what differs from case to case: `no answer within N ms`. */
export function reasonPattern(reason: string): string {
  return reason.replace(ID, "ID").replace(NUMBER, "N");
}
