import { chain, fn, lognormal } from "sequoia";

/**
 * Compiles a release of fzf for seven architectures, after one step that fetches and unpacks the sources. The arguments are
 * those of the first system; bucket and paths stand for yours.
 */
const init = fn("publish_init", { id: 200, time: lognormal("0.9s", "1.4s") });
const compile = fn("publish_compile", { id: 201, time: lognormal("6s", "9s") });

const arches = ["386", "amd64", "arm_5", "arm_6", "arm_7", "arm64", "ppc64le"];
const s3_bucket = "code-publish-bucket";
const s3_input = "repos/fzf.tar.gz";

export default chain("fan7", ({ call }) => {
  const start = call(init, { args: { s3_input, arches: `["${arches.join('", "')}"]` } });
  for (const arch of arches.toReversed()) {
    const s3_output = `releases/fzf_test/fzf_${arch}`;
    call(compile, { after: start, name: `compile_${arch}`, args: { s3_bucket, s3_input, s3_output, arch } });
  }
});
