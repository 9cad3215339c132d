import type { z } from "@hono/zod-openapi";
import type { FieldError } from "./problems.ts";

/** Most parts of a request whose faults are told. */
const MOST_TOLD = 100;

type Issue = z.core.$ZodIssue;

/** The faults of each part of a request. @param target the part of the request, as `json` or `query` */
export function fieldErrors(error: { readonly issues: readonly Issue[] }, target: string): FieldError[] {
  return error.issues.flatMap((issue) => told(issue, target, [])).slice(0, MOST_TOLD);
}

/** Some faults in one line: the first, and how many more there are. */
export function faultWords([first, ...others]: readonly FieldError[]): string {
  if (first === undefined) return "it has another form. See /v1/openapi.json";
  const where = first.at === "#" ? "" : `${first.at}: `; // the body as a whole needs no place
  return `${where}${first.detail}${others.length === 0 ? "" : `. ${others.length} more: see errors`}`;
}

function told(issue: Issue, target: string, before: readonly PropertyKey[]): FieldError[] {
  const path = [...before, ...issue.path];
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find((issues) => issues.length > 0 && !issues.some(isOfOtherKind));
    if (meant !== undefined) return meant.flatMap((inner) => told(inner, target, path));
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      at: place([...path, key], target),
      detail: "there is no such field. Leave it out",
    }));
  }
  return [{ at: place(path, target), detail: words(issue) }];
}

/** Whether a value is of another kind than a form asks for: then it is not meant to have that form. */
function isOfOtherKind({ code, path }: Issue): boolean {
  return (code === "invalid_type" || code === "invalid_value") && path.length === 0;
}

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

/** A fault in words: what to write instead. */
function words(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `Write ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `Write ${anyOf(issue.values.map(String))}`;
    case "invalid_union":
      return `Write ${anyOf(issue.errors.flatMap((form) => form.slice(0, 1).map(kindWords)))}`;
    case "too_small":
      return `Write ${issue.inclusive === false ? "more than" : "at least"} ${
        amount(issue.minimum, issue.origin)
      }`;
    case "too_big":
      return `Write at most ${amount(issue.maximum, issue.origin)}`;
    default:
      return issue.message;
  }
}

function kindWords(issue: Issue): string {
  return words(issue).replace(/^Write /, "");
}

function amount(number: number | bigint, origin: string): string {
  const unit = origin === "string" ? " characters" : origin === "array" || origin === "set" ? " of them" : "";
  return `${number}${unit}`;
}

function anyOf(words: readonly string[]): string {
  const [last, ...others] = [...new Set(words)].reverse();
  return others.length === 0 ? `${last}` : `${others.reverse().join(", ")} or ${last}`;
}

/** A place in a body as a JSON pointer (RFC 6901) in a URL's fragment; of parameters by name. */
function place(path: readonly PropertyKey[], target: string): string {
  if (target !== "json") return `${target}: ${path.map(String).join(".")}`;
  return `#${path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;
}
