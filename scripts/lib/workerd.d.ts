// What workerd has and the types of a browser lack, for scripts that run in it (jsconfig.json).

interface ReadableStreamBYOBReader {
  /** Reads until `view` holds at least `minimum` bytes, or the stream ends. */
  readAtLeast<View extends ArrayBufferView<ArrayBuffer>>(
    minimum: number,
    view: View,
  ): Promise<{ done: boolean; value: View }>;
}

type SubtleCryptoVerifyAlgorithm = Parameters<SubtleCrypto['verify']>[0];
