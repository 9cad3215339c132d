/** An ID token that is not to be had. The message says why, and what to do; it holds no secret. */
export class IdTokenError extends Error {
  override readonly name = "IdTokenError";
}
