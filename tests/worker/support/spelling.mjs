// Random JSON as no printer writes it: every escape, odd white space, odd numbers, strings of every length around the blocks
// that a fast reader looks at; and the same with a few bytes wrong.

/** Strings that a reader of blocks may mistake, as they stand between quotes. */
const PIECES = [
  'a',
  'plain text, ',
  '{"a":1}'.replaceAll('"', '\\"'),
  '[]:,',
  '\\"',
  '\\\\',
  '\\/',
  '\\b\\f\\n\\r\\t',
  '\\u0000',
  '\\u001F',
  '\\u00e9',
  '\\uD83D\\uDE00',
  '\\ud800',
  '\\udc00x',
  '\u007f',
  '\u0080',
  'é',
  '\u2028',
  '\ufeff',
  '\uffff',
  '😀',
];
const NUMBERS = [
  '0',
  '-0',
  '-0.0e-0',
  '1e400',
  '-1E+400',
  '1e-400',
  '0.1000000000000000055511151231257827',
  '12345678901234567890123456789',
  '9007199254740993',
  '1.0',
  '5E-324',
  `1${'0'.repeat(40)}`,
];
const SPACES = ['', '', '', '', ' ', '\n', '\t', '\r\n', '  ', ' \n\t\r ', ' '.repeat(17)];
/** Bytes that mean something to JSON or to UTF-8, and for most places the wrong thing. */
const BYTES = [
  ...Buffer.from('{}[]",:\\/ \t\n\r\u000b\f0123456789-+.eEutrfalsnNI\0\x1f\x7f\''),
  ...[0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xff],
];

/** A writer of such JSON, whose choices `random` makes. */
export function speller(random) {
  const many = (most, make) => Array.from({ length: random.below(most + 1) }, make);
  const space = () => random.one(SPACES);
  const list = (items, [open, close]) =>
    `${open}${space()}${items.join(`${space()},${space()}`)}${items.length > 0 ? space() : ''}${close}`;

  /** A string with its quotes, of up to 80 characters in front of what is odd about it. */
  const string = () => {
    const plain = 'x'.repeat(random.below(3) === 0 ? random.below(80) : random.below(4));
    return `"${plain}${many(3, () => random.one(PIECES)).join(random.one(['', 'y'.repeat(15), 'z'.repeat(7)]))}"`;
  };

  /** This name with its quotes, some of its letters as escapes. */
  const name = (text) => {
    const rate = random.one([1, 9, 9, 9, 1000]);
    const letters = [...text].map((char) => {
      const code = char.charCodeAt(0).toString(16).padStart(4, '0');
      return random.below(rate) === 0 && char.length === 1 ? `\\u${random.one([code, code.toUpperCase()])}` : char;
    });
    return `"${letters.join('').replace(/^"|"$/g, '\\"')}"`;
  };

  /** An object of these members, `[name, value]` each, the value being JSON. */
  const object = (members) =>
    list(
      members.map(([key, value]) => `${name(key)}${space()}:${space()}${value}`),
      '{}',
    );

  const NAMES = ['a', 'b', '', 'name', 'é', '😀', '__proto__', 'constructor', 'n'.repeat(15), 'n'.repeat(16)];
  const value = (depth = 0) => {
    const kind = random.below(depth < 4 ? 8 : 5);
    if (kind < 2) return string();
    if (kind === 2) return random.one(NUMBERS);
    if (kind === 3)
      return `${random.one(['', '-'])}${random.below(1000)}${random.one(['', '.5', 'e3', 'E-2', '.25e+1'])}`;
    if (kind === 4) return random.one(['true', 'false', 'null', '{}', '[]']);
    if (kind === 5)
      return list(
        many(4, () => value(depth + 1)),
        '[]',
      );
    // Few of many names, so that one is repeated now and then.
    const names = many(4, () => `${random.one(NAMES)}${random.one(['', '', random.below(100)])}`);
    const unique = random.below(20) === 0 ? names : [...new Set(names)];
    return object(unique.map((key) => [key, value(depth + 1)]));
  };

  /** Lists and objects in each other, `depth` of them. */
  const nested = (depth) => {
    const levels = Array.from({ length: depth }, () =>
      random.one([
        ['[', ']'],
        ['{"a":', '}'],
      ]),
    );
    return levels.reduce((inner, [open, close]) => open + inner + close, '1');
  };

  /** JSON with a few bytes replaced, taken out and put in. */
  const damaged = (json) => {
    const bytes = [...Buffer.from(json)];
    for (let count = 1 + random.below(3); count > 0; count--) {
      bytes.splice(random.below(bytes.length), random.below(3), ...many(1, () => random.one(BYTES)));
    }
    return Buffer.from(bytes);
  };

  return { string, name, object, value, nested, space, damaged };
}
