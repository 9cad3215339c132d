import { chain, fn, lognormal } from "sequoia";

/** Compiles a release of fzf for seven architectures, after one step that fetches and unpacks the sources. */
const init = fn("publish_init", { time: lognormal("0.9s", "1.4s") });
const compile = fn("publish_compile", { time: lognormal("6s", "9s") });

export default chain("fan7", ({ call }) => {
  const start = call(init, { args: { s3_bucket: "code-publish-bucket", s3_input: "repos/fzf.tar.gz" } });
  for (const arch of ["386", "amd64", "arm_5", "arm_6", "arm_7", "arm64", "ppc64le"]) {
    call(compile, {
      after: start,
      name: `compile_${arch}`,
      args: { arch, s3_output: `releases/fzf_test/fzf_${arch}` },
    });
  }
});
