import { SequoiaError } from "../model/mod.ts";

/** The codes of errors about profiles; stable. */
export type ProfileErrorCode = "unknown-profile" | "bad-profile";

/** A profile of a provider that cannot be used; the message says which, why and what to do. */
export class ProfileError extends SequoiaError<ProfileErrorCode> {
  override readonly name = "ProfileError";

  constructor(code: ProfileErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { ...options, kind: "usage" });
  }
}
