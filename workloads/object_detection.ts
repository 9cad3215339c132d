import { chain, fn, lognormal } from "sequoia";

/** Prepares an image and has two models look at it side by side. */
const preprocess = fn("image_preprocessing", { id: 1, time: lognormal("0.4s", "0.8s") });
const maskRcnn = fn("opencv_maskrcnn", { id: 2, time: lognormal("4s", "6s") });
const yolo = fn("opencv_yolo", { id: 3, time: lognormal("1.5s", "2.5s") });

export default chain("object_detection", ({ call }) => {
  const image = call(preprocess);
  call(maskRcnn, { after: image });
  call(yolo, { after: image });
});
