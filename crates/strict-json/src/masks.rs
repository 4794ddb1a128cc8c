//! Masks: 64 bytes of a document at once, a bit for each byte, the first as the lowest.

/// How many bytes are searched at once.
pub(crate) const WIDTH: usize = 64;

/// The bytes in which strings begin and end, and those that need a closer look.
#[derive(Clone, Copy, Default)]
pub(crate) struct Masks {
    pub(crate) quotes: u64,
    pub(crate) backslashes: u64,
    /// Control characters, which no string contains. There are such bits behind the end of the document.
    pub(crate) controls: u64,
    pub(crate) beyond_ascii: u64,
}

/// The bytes in which lists and objects begin and end, if they are not inside a string.
#[derive(Clone, Copy, Default)]
pub(crate) struct Brackets {
    pub(crate) opening: u64,
    pub(crate) closing: u64,
}

/// `rest`, the last bytes of a document, with zeros behind.
#[cold]
#[inline(never)]
pub(crate) fn padded(rest: &[u8]) -> [u8; WIDTH] {
    let mut padded = [0; WIDTH];
    for (to, from) in padded.iter_mut().zip(rest) {
        *to = *from;
    }
    padded
}

/// The bits of `escaped` are the bytes that belong to the backslash before them. `is_escaped`: whether the first byte is one,
/// as the last window has left it; afterwards, whether the byte behind this window is one.
#[inline]
pub(crate) fn escaped(backslashes: u64, is_escaped: &mut bool) -> u64 {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let first = u64::from(*is_escaped);
    if backslashes == 0 {
        *is_escaped = false;
        return first;
    }
    // In a row of backslashes every second one is escaped (simdjson, `json_escape_scanner`).
    let starts = backslashes & !first;
    let ends = ((starts << 1 | ODD).wrapping_sub(starts)) ^ ODD;
    *is_escaped = (ends & backslashes) >> 63 == 1;
    ends ^ (backslashes | first)
}

/// For each byte, whether an odd number of the bits up to it are set: with those of quotes, whether it is inside a string or
/// its opening quote.
#[inline]
pub(crate) fn insides(quotes: u64) -> u64 {
    let mut bits = quotes;
    for by in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << by;
    }
    bits
}

#[cfg(target_feature = "simd128")]
mod simd {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_le, u8x16_splat, u64x2, v128, v128_or};

    use super::{Brackets, Masks, WIDTH};

    /// The sixteen bytes, which LLVM loads as one.
    #[inline]
    fn load(block: [u8; 16]) -> v128 {
        let all = u128::from_le_bytes(block);
        #[expect(clippy::cast_possible_truncation, reason = "one half each")]
        u64x2(all as u64, (all >> 64) as u64)
    }

    /// The bytes of which `is_meant` sets the highest bit.
    #[inline]
    fn mask(window: &[u8; WIDTH], is_meant: impl Fn(v128) -> v128) -> u64 {
        let (blocks, _) = window.as_chunks::<16>();
        let bits = blocks
            .iter()
            .rev()
            .map(|block| u64::from(u8x16_bitmask(is_meant(load(*block)))));
        bits.fold(0, |mask, bits| mask << 16 | bits)
    }

    impl Masks {
        #[inline]
        pub(crate) fn of(window: &[u8; WIDTH]) -> Self {
            let is_control = |bytes| u8x16_le(bytes, u8x16_splat(0x1f));
            let (blocks, _) = window.as_chunks::<16>();
            let rare = blocks
                .iter()
                .map(|block| load(*block))
                .fold(u8x16_splat(0), |rare, bytes| {
                    v128_or(rare, v128_or(bytes, is_control(bytes)))
                });
            let (controls, beyond_ascii) = if u8x16_bitmask(rare) == 0 {
                (0, 0)
            } else {
                (mask(window, is_control), mask(window, |bytes| bytes))
            };
            Self {
                quotes: mask(window, |bytes| u8x16_eq(bytes, u8x16_splat(b'"'))),
                backslashes: mask(window, |bytes| u8x16_eq(bytes, u8x16_splat(b'\\'))),
                controls,
                beyond_ascii,
            }
        }
    }

    impl Brackets {
        #[inline]
        pub(crate) fn of(window: &[u8; WIDTH]) -> Self {
            // `{` and `[`, `}` and `]` differ in one bit.
            let folded = |bytes| v128_or(bytes, u8x16_splat(b'{' ^ b'['));
            Self {
                opening: mask(window, |bytes| u8x16_eq(folded(bytes), u8x16_splat(b'{'))),
                closing: mask(window, |bytes| u8x16_eq(folded(bytes), u8x16_splat(b'}'))),
            }
        }
    }
}

#[cfg(not(target_feature = "simd128"))]
mod portable {
    use super::{Brackets, Masks, WIDTH};

    /// The bytes that `is_meant` picks.
    #[inline]
    fn mask(window: &[u8; WIDTH], is_meant: impl Fn(u8) -> bool) -> u64 {
        let bits = window.iter().rev().map(|byte| u64::from(is_meant(*byte)));
        bits.fold(0, |mask, bit| mask << 1 | bit)
    }

    impl Masks {
        pub(crate) fn of(window: &[u8; WIDTH]) -> Self {
            Self {
                quotes: mask(window, |byte| byte == b'"'),
                backslashes: mask(window, |byte| byte == b'\\'),
                controls: mask(window, |byte| byte < b' '),
                beyond_ascii: mask(window, |byte| !byte.is_ascii()),
            }
        }
    }

    impl Brackets {
        pub(crate) fn of(window: &[u8; WIDTH]) -> Self {
            Self {
                opening: mask(window, |byte| matches!(byte, b'{' | b'[')),
                closing: mask(window, |byte| matches!(byte, b'}' | b']')),
            }
        }
    }
}
