// @ts-check
// The parts of a stage, started one after the other and ended in reverse order.

/**
 * `keep` resolves to a part once it has started, and has `close` end it: by the part's own `close`, unless `end` is given.
 */
export function newParts() {
  /** @type {(() => unknown)[]} */
  const ends = [];
  /**
   * @template Part
   * @param {Part | Promise<Part>} starting
   * @param {(part: Part) => unknown} [end]
   */
  const keep = async (starting, end = (part) => /** @type {{close(): unknown}} */ (part).close()) => {
    const part = await starting;
    ends.unshift(() => end(part));
    return part;
  };
  const close = async () => {
    for (const end of ends.splice(0)) await end();
  };
  return { keep, close };
}
