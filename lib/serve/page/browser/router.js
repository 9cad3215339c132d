/**
 * A place of the page, as the address behind the `#` tells it: `#/instances/ID`, `#/instances?state=failed`.
 *
 * @typedef {{ parts: readonly string[], query: URLSearchParams }} Place
 */

/**
 * Reads an address.
 *
 * @param {string} hash
 * @returns {Place}
 */
export function placeOfHash(hash) {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const parts = path.split("/").filter((part) => part !== "").map(decoded);
  return { parts, query: new URLSearchParams(query) };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Writes an address.
 *
 * @param {readonly string[]} parts
 * @param {Record<string, string | undefined>} [query]
 * @returns {string}
 */
export function hashOf(parts, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, value);
  }
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}
