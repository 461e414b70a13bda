import type { Tensor } from "@tensorflow/tfjs-core";
import { type LayerName, layersUpTo } from "../../../shared/layers.ts";
import type { TermName } from "../../../shared/terms.ts";
import type { Planes } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { ObjectivePlan, Target } from "../engine.ts";
import { uploadPicture } from "./device-space.ts";
import { uploadNetwork } from "./filters.ts";
import { layerOf } from "./layer.ts";
import type { Tensorflow } from "./tensorflow.ts";
import { gramOf } from "./terms.ts";

/** Features and Gram matrices of a picture. No layer stays in memory longer than the next one needs it. */
export async function describe(
  tensorflow: Tensorflow,
  network: Network,
  picture: Planes,
  { pool, contentLayers, styleLayers }: Pick<ObjectivePlan, "pool" | "contentLayers" | "styleLayers">,
): Promise<Map<TermName, Target>> {
  const { tf } = tensorflow;
  const layers = layersUpTo([...contentLayers, ...styleLayers]);
  using filters = uploadNetwork(tensorflow, network, layers);
  const found = new Map<TermName, Target>();
  let features = uploadPicture(tensorflow, picture.data, picture);
  try {
    for (const name of layers) {
      const next = layerOf(tensorflow, filters, name, pool, features);
      features.dispose();
      features = next;
      if (contentLayers.includes(name))
        found.set(`content.${name}`, await download(tf.transpose(features, [0, 3, 1, 2])));
      if (styleLayers.includes(name))
        found.set(`style.${name}`, await download(gramOf(tensorflow, features)));
    }
  } finally {
    features.dispose();
  }
  return found;
}

/** A target where terms compare with it: features as TensorFlow lays them out, or a Gram matrix. */
export function uploadTarget({ tf }: Tensorflow, term: TermName, { data, shape }: Target): Tensor {
  return tf.tidy(() => {
    const tensor = tf.tensor(data, [...shape]);
    return isContent(term) ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
  });
}

function isContent(term: TermName): term is `content.${LayerName}` {
  return term.startsWith("content.");
}

async function download(tensor: Tensor): Promise<Target> {
  try {
    return { shape: tensor.shape, data: await tensor.data<"float32">() };
  } finally {
    tensor.dispose();
  }
}
