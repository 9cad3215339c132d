/** The bytes that files of UTF-16 begin with, by the name of their encoding. */
const MARKS = [["utf-16le", 0xff, 0xfe], ["utf-16be", 0xfe, 0xff]] as const;

/**
 * The text of a file that somebody wrote: UTF-8, or UTF-16 if it begins with the mark of that, as editors and shells of
 * Windows write it. The mark (BOM) at its beginning is no part of the text.
 */
export function fileText(bytes: Uint8Array): string {
  const [encoding = "utf-8"] = MARKS.find(([, first, second]) => bytes[0] === first && bytes[1] === second) ??
    [];
  return new TextDecoder(encoding).decode(bytes);
}

/** A text without the mark (BOM) that it may begin with, for one that came out of such a file. */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
