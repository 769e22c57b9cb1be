/** One file of a data set. */
export interface Download {
  readonly file: string;
  readonly url: string;
  /** Bytes of the public original, and its SHA-256. */
  readonly size: number;
  readonly sha256: string;
  /** What is made of it here, with its digest. */
  readonly made?: {
    readonly file: string;
    readonly sha256: string;
    readonly from: (original: Uint8Array) => Uint8Array;
  };
}

/** What `graybox data NAME` brings. */
export interface DataSet {
  readonly about: string;
  readonly licence: string;
  readonly files: readonly Download[];
}
