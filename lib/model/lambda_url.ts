/** A function on AWS Lambda. */
export interface LambdaName {
  /** Its region: `eu-central-1`. */
  readonly region: string;
  /** Its name there. */
  readonly name: string;
  /** Which version or alias; left out: the latest. */
  readonly qualifier?: string;
}

const LAMBDA = /^lambda:([a-z]{2,8}(?:-[a-z]{1,12})+-\d{1,2}):([\w-]{1,64})(?::([\w$-]{1,128}))?$/;

/** Reads `lambda:REGION:NAME[:QUALIFIER]`; undefined if it is no such URL. */
export function parseLambdaUrl(url: string): LambdaName | undefined {
  const [, region, name, qualifier] = LAMBDA.exec(url) ?? [];
  if (region === undefined || name === undefined) return undefined;
  return qualifier === undefined ? { region, name } : { region, name, qualifier };
}
