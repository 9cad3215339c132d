import { chain, fn, lognormal } from "sequoia";

/**
 * A video pipeline: cut a preview, make it grey, play it backwards; each step works on the file of the one before. The
 * arguments are those of the first system; bucket and paths stand for yours.
 */
const preview = fn("vidpipe_preview", { id: 101, time: lognormal("3s", "4.5s") });
const grayscale = fn("vidpipe_grayscale", { id: 102, time: lognormal("7s", "11s") });
const reverse = fn("vidpipe_reverse", { id: 103, time: lognormal("5s", "8s") });

const video = "smaller_buck_bunny-1.mp4";
const io = { s3_bucket: "video-pipeline-io", s3_output_root: "linear/" };

export default chain("vidpipe", ({ call }) => {
  const cut = call(preview, { args: { ...io, s3_input: `big_buck_bunny/${video}` } });
  const grey = call(grayscale, { after: cut, args: { ...io, s3_input: `linear/preview-${video}` } });
  call(reverse, { after: grey, args: { ...io, s3_input: `linear/grayscale-preview-${video}` } });
});
