/** The number of columns of a terminal that a text takes. */
export { unicodeWidth } from "@std/cli/unicode-width";
