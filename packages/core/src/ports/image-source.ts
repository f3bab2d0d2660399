/** Images of the operator's own engine, for hosts that have no registry to pull them from. */
export interface ImageSource {
  /** The digests of its layers as they are unpacked, lowest first; undefined: the engine does not have it. @param id `sha256:…` */
  layers(id: string): Promise<readonly string[] | undefined>;
  /**
   * Packs an image for `docker load`, but for its lowest layers, which the host has. The same image gives the same bytes. It is a file until `release`.
   * @param skip how many layers are left out.
   * @throws StagecraftError `external` when the engine does not give it.
   */
  pack(image: { readonly id: string; readonly reference: string }, skip: number): Promise<PackedImage>;
  /** Takes all packed files away. */
  release(): Promise<void>;
}

export interface PackedImage {
  /** Absolute path on this machine. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly digest: string;
}
