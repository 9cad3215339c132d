/** How many columns of a terminal a text takes. */
export { unicodeWidth } from "@std/cli/unicode-width";
