/** What the network's filters are and how far that is proven; part of every report on a picture. */
export interface WeightsIdentity {
  /** `vgg16`: every array equals the published one. `custom`: the right shape, other values. */
  readonly kind: "vgg16" | "custom" | "untrained";
  readonly file: string | null;
  readonly verified: boolean;
}

/** One line on the filters for people. */
export function describeWeights(weights: WeightsIdentity): string {
  switch (weights.kind) {
    case "vgg16":
      return `VGG16 (${weights.file}, verified)`;
    case "custom":
      return `${weights.file} (not the published VGG16)`;
    case "untrained":
      return "untrained network (random filters)";
  }
}
