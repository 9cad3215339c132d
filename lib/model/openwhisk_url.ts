/** An action of OpenWhisk. */
export interface OpenWhiskName {
  /** Where its API is: `openwhisk.example.com`, with a port if it has one. */
  readonly host: string;
  /** Its namespace; `_` is that of the key. */
  readonly namespace: string;
  /** Its name, after that of its package and a slash if it is in one. */
  readonly action: string;
}

const HOST = String.raw`(\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]{0,253}[a-z\d])?)(:\d{1,5})?`;
const PART = String.raw`[\w@.-]{1,256}`;
const OPENWHISK = new RegExp(`^openwhisk://(${HOST})/(${PART})/(${PART}(?:/${PART})?)$`);

/** Reads `openwhisk://HOST/NAMESPACE/[PACKAGE/]ACTION`; undefined if it is no such URL. */
export function parseOpenWhiskUrl(url: string): OpenWhiskName | undefined {
  const [, host, , , namespace, action] = OPENWHISK.exec(url) ?? [];
  if (host === undefined || namespace === undefined || action === undefined) return undefined;
  const isPath = [namespace, ...action.split("/")].some((part) => /^\.+$/.test(part));
  return isPath ? undefined : { host, namespace, action };
}
