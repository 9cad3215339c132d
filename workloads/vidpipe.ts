import { chain, fn, lognormal } from "sequoia";

/** A video pipeline: cut a preview, make it grey, play it backwards; each step works on the file of the one before. */
const preview = fn("vidpipe_preview", { time: lognormal("3s", "4.5s") });
const grayscale = fn("vidpipe_grayscale", { time: lognormal("7s", "11s") });
const reverse = fn("vidpipe_reverse", { time: lognormal("5s", "8s") });

export default chain("vidpipe", ({ call }) => {
  const cut = call(preview, {
    args: { s3_input: "big_buck_bunny/smaller_buck_bunny-1.mp4", s3_output_root: "linear/" },
  });
  const grey = call(grayscale, { after: cut, args: { s3_output_root: "linear/" } });
  call(reverse, { after: grey, args: { s3_output_root: "linear/" } });
});
