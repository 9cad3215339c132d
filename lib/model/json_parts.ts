import type { JsonText } from "./json_text.ts";

/** The values of an object by their names, each as it came; of equal names the last one. Undefined if it is no object. */
export function membersOf(text: JsonText): Map<string, JsonText> | undefined {
  let at = pastSpace(text, 0);
  if (text[at] !== "{") return undefined;
  const members = new Map<string, JsonText>();
  at = pastSpace(text, at + 1);
  while (text[at] !== "}") {
    const nameEnd = endOfString(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = pastSpace(text, pastSpace(text, nameEnd) + 1); // past the colon
    const end = endOfValue(text, start);
    members.set(name, text.slice(start, end) as JsonText);
    at = pastComma(text, end);
  }
  return members;
}

/** The items of a list, each as it came. Undefined if it is no list. */
export function itemsOf(text: JsonText): JsonText[] | undefined {
  let at = pastSpace(text, 0);
  if (text[at] !== "[") return undefined;
  const items: JsonText[] = [];
  at = pastSpace(text, at + 1);
  while (text[at] !== "]") {
    const end = endOfValue(text, at);
    items.push(text.slice(at, end) as JsonText);
    at = pastComma(text, end);
  }
  return items;
}

function pastSpace(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Where the next part begins, or what holds the parts ends. */
function pastComma(text: string, at: number): number {
  at = pastSpace(text, at);
  return text[at] === "," ? pastSpace(text, at + 1) : at;
}

function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1); while (isEscaped(text, end));
  return end + 1;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
}

/** The end of the value that starts somewhere. */
function endOfValue(text: string, start: number): number {
  let at = start, depth = 0;
  do {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case "{":
      case "[":
        depth++;
        at++;
        break;
      case "}":
      case "]":
        depth--;
        at++;
        break;
      default:
        at = depth === 0 ? endOfWord(text, at) : at + 1;
    }
  } while (depth > 0);
  return at;
}

/** The end of a number, or of true, false or null. */
function endOfWord(text: string, at: number): number {
  while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at++;
  return at;
}
