import { assertEquals } from "@std/assert";
import { canonicalRequest, findFault, signatureOf } from "./signature.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/** The examples that AWS has published, with their signatures. */
const EXAMPLES = [
  { // AWS General Reference 1.0, "Examples of the complete signing process": GET ListUsers
    method: "GET",
    url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
    time: "20150830T123600Z",
    body: "",
    signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  },
  { // AWS General Reference 1.0, "Signed Signature Version 4 Requests Examples": POST ListUsers
    method: "POST",
    url: "https://iam.amazonaws.com/",
    time: "20110909T233600Z",
    body: "Action=ListUsers&Version=2010-05-08",
    signature: "ced6826de92d2bdeed8f846f0bf508e8559e98e4b0199114b84c54174deb456c",
  },
];

for (const { method, url, time, body, signature } of EXAMPLES) {
  Deno.test(`signatureOf() is what AWS has published of ${method} ${url}`, () => {
    const headers = new Headers({
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "host": "iam.amazonaws.com",
      "x-amz-date": time,
    });
    const signed = ["content-type", "host", "x-amz-date"];
    const request = { method, url: new URL(url), headers, body };
    const scope = `${time.slice(0, 8)}/us-east-1/iam/aws4_request`;
    assertEquals(signatureOf(SECRET, time, scope, canonicalRequest(request, signed)), signature);
    headers.set(
      "authorization",
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${
        signed.join(";")
      }, Signature=${signature}`,
    );
    const at = Date.parse(`${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 11)}:36:00Z`);
    const iam = { name: "iam", region: "us-east-1" };
    const fault = (secret: string, nowMs = at, changed = {}) =>
      findFault({ ...request, ...changed }, () => ({ secret }), iam, nowMs)?.type;
    assertEquals(fault(SECRET), undefined);
    assertEquals(fault("another"), "InvalidSignatureException");
    assertEquals(fault(SECRET, at + 300_001), "InvalidSignatureException");
    assertEquals(fault(SECRET, at, { body: "changed" }), "InvalidSignatureException");
    assertEquals(
      fault(SECRET, at, { url: new URL("https://iam.amazonaws.com/x") }),
      "InvalidSignatureException",
    );
  });
}
