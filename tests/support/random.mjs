// @ts-check
// Random cases that can be had again: the seed is printed with the test, and SEED sets it. Without SEED it is always the same,
// so that a change is judged by the cases that its predecessor passed; `npm run fuzz -- worker` tries others.

const USUAL_SEED = 1;

/**
 * A source of whole numbers: mulberry32, which is small, and good enough to choose cases with.
 *
 * @param {string | undefined} given the seed: a whole number below 2^32
 */
export function randomFrom(given) {
  const seed = Number(given ?? USUAL_SEED);
  if (!Number.isInteger(seed)) throw new Error(`SEED takes a whole number, not "${given}"`);
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
