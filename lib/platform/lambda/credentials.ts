import { fetchDirectly } from "../calls/fetch_directly.ts";
import type { PlatformSetup } from "../kind.ts";
import { PlatformError } from "../platform.ts";

/** Keys that requests to AWS are signed with. They are shown nowhere. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only of temporary ones. */
  readonly sessionToken?: string;
  /** When they end, in milliseconds since 1970; left out: not known. */
  readonly expiresAtMs?: number;
}

/** Where credentials come from. */
export type CredentialSources = Pick<PlatformSetup, "clock" | "variable" | "readFile">;

/** The time before their end at which credentials are renewed, in milliseconds. */
const AHEAD_MS = 300_000;
/** Where containers on ECS get theirs. */
const CONTAINER_HOST = "http://169.254.170.2";
/** Longest wait for a container's credentials, in milliseconds. */
const CONTAINER_TIMEOUT_MS = 5000;
/** The settings of profiles that this does not support: signing in, changing roles, other programs. */
const OTHER_WAYS = [
  "role_arn",
  "sso_session",
  "sso_start_url",
  "credential_process",
  "web_identity_token_file",
];

/**
 * Credentials from where AWS's tools look for them, in their order: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and
 * AWS_SESSION_TOKEN), the profile of AWS_PROFILE (or `default`) in the credentials file and the config file, the container's
 * (ECS, EKS). They are kept until they end.
 */
export class Credentials {
  readonly #sources: CredentialSources;
  #known: AwsCredentials | undefined;
  #asking: Promise<AwsCredentials> | undefined;

  constructor(sources: CredentialSources) {
    this.#sources = sources;
  }

  /**
   * The credentials that are good now.
   *
   * @throws {PlatformError} if there are none, with what to do
   */
  get(): AwsCredentials | Promise<AwsCredentials> {
    const known = this.#known;
    if (known !== undefined && this.#sources.clock.wallMs() < (known.expiresAtMs ?? Infinity) - AHEAD_MS) {
      return known;
    }
    this.#asking ??= this.#find().finally(() => this.#asking = undefined);
    return this.#asking;
  }

  /** Drops credentials that were refused. @returns whether others are to be had */
  async renew(refused: AwsCredentials): Promise<boolean> {
    if (this.#known?.accessKeyId !== refused.accessKeyId) return true;
    this.#known = undefined;
    const { accessKeyId, sessionToken } = await this.get();
    return accessKeyId !== refused.accessKeyId || sessionToken !== refused.sessionToken;
  }

  async #find(): Promise<AwsCredentials> {
    const found = this.#fromVariables() ?? await this.#fromProfile() ?? await this.#fromContainer();
    if (found === undefined) {
      throw unusable(
        "there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile that has them",
      );
    }
    return this.#known = found;
  }

  #fromVariables(): AwsCredentials | undefined {
    const of = (name: string) => this.#sources.variable(name) || undefined;
    return credentialsOf(of("AWS_ACCESS_KEY_ID"), of("AWS_SECRET_ACCESS_KEY"), of("AWS_SESSION_TOKEN"));
  }

  async #fromProfile(): Promise<AwsCredentials | undefined> {
    const { variable } = this.#sources;
    const chosen = variable("AWS_PROFILE") || undefined, profile = chosen ?? "default";
    const found = {
      ...await this.#section(
        "AWS_CONFIG_FILE",
        "config",
        profile === "default" ? profile : `profile ${profile}`,
      ),
    };
    Object.assign(found, await this.#section("AWS_SHARED_CREDENTIALS_FILE", "credentials", profile));
    const credentials = credentialsOf(
      found.aws_access_key_id,
      found.aws_secret_access_key,
      found.aws_session_token,
    );
    if (credentials !== undefined) return credentials;
    const other = OTHER_WAYS.find((way) => found[way] !== undefined);
    if (other !== undefined) {
      throw unusable(
        `the profile ${profile} goes by ${other}, which is not done here. ` +
          `Write eval "$(aws configure export-credentials --profile ${profile} --format env)" first`,
      );
    }
    if (chosen === undefined) return undefined;
    throw unusable(`the profile ${profile} has no keys. Set AWS_PROFILE to one that has, or leave it out`);
  }

  /** A section of one of the files. */
  async #section(variable: string, file: string, section: string): Promise<Record<string, string>> {
    const home = this.#sources.variable("HOME") ?? this.#sources.variable("USERPROFILE") ?? "";
    const path = this.#sources.variable(variable) || `${home}/.aws/${file}`;
    return readSection(await this.#sources.readFile(path) ?? "", section);
  }

  async #fromContainer(): Promise<AwsCredentials | undefined> {
    const of = (name: string) => this.#sources.variable(`AWS_CONTAINER_${name}`) || undefined;
    const path = of("CREDENTIALS_RELATIVE_URI"), url = of("CREDENTIALS_FULL_URI");
    if (path === undefined && url === undefined) return undefined;
    const file = of("AUTHORIZATION_TOKEN_FILE");
    const token = (file && await this.#sources.readFile(file))?.trim() ?? of("AUTHORIZATION_TOKEN");
    try {
      const response = await fetchDirectly(path === undefined ? url! : CONTAINER_HOST + path, {
        headers: token === undefined ? {} : { authorization: token },
        redirect: "manual",
        signal: AbortSignal.timeout(CONTAINER_TIMEOUT_MS),
      });
      const { AccessKeyId, SecretAccessKey, Token, Expiration } = await response.json() as Record<
        string,
        string
      >;
      const found = credentialsOf(AccessKeyId, SecretAccessKey, Token);
      if (found === undefined) throw new Error(`it answered with status ${response.status}`);
      const expiresAtMs = new Date(Expiration ?? "").getTime();
      return Number.isNaN(expiresAtMs) ? found : { ...found, expiresAtMs };
    } catch (cause) {
      throw unusable(
        `the container gives no credentials: ${
          (cause as Error).message
        }. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
        { cause },
      );
    }
  }
}

function credentialsOf(id?: string, secret?: string, token?: string): AwsCredentials | undefined {
  if (id === undefined || secret === undefined) return undefined;
  const keys = { accessKeyId: id, secretAccessKey: secret };
  return token === undefined ? keys : { ...keys, sessionToken: token };
}

/** The keys and values below `[section]`, as AWS's tools write such files. */
function readSection(text: string, section: string): Record<string, string> {
  const values: Record<string, string> = {};
  let isMeant = false;
  for (const line of text.split(/\r?\n/)) {
    const [, header] = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line) ?? [];
    if (header !== undefined) isMeant = header.replace(/\s+/g, " ") === section;
    const [, key, value] = /^([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isMeant && key !== undefined && value !== undefined) values[key.toLowerCase()] = value;
  }
  return values;
}

function unusable(why: string, options?: ErrorOptions): PlatformError {
  return new PlatformError("bad-platform", `Cannot use AWS Lambda: ${why}`, options);
}
