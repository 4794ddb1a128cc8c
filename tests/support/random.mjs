// @ts-check
// Random cases that can be had again: the seed is printed with the test, and SEED sets it.

/**
 * A source of whole numbers: mulberry32, which is small, and good enough to choose cases with.
 *
 * @param {string | number | undefined} given
 */
export function randomFrom(given) {
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  /** @param {number} limit */
  const below = (limit) => next() % limit;
  /** @type {<Item>(list: Item[]) => Item} */
  const one = (list) => list[below(list.length)];
  return { seed, below, one };
}
