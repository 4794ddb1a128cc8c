// @ts-check
// Bounded waiting.

export const LATE = Symbol('late');

/**
 * What becomes of `promise`, or a rejection with `LATE` after so many milliseconds.
 *
 * @type {<Result>(promise: Promise<Result>, milliseconds: number) => Promise<Result>}
 */
export const within = (promise, milliseconds) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(reject, milliseconds, LATE);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
