//! Constant texts in half their room: the sources hold them as they are, the compiler packs them.
//!
//! Where two bytes often follow each other, one byte takes the place of the pair; then pairs of those are
//! looked for, and so on (byte pair encoding). What a text is split at is never in a pair, so that it is searched
//! as it lies and only what is compared or shown is unpacked.

use core::ffi::{CStr, c_char};
use heapless::Vec;

/// The byte of the first pair. From there on, and around to the last control character, none is in a text.
const FIRST: u8 = b'}';

/// How many pairs there can be.
const MOST: usize = b' '.wrapping_sub(FIRST) as usize;

/// What ends each of the texts that [`Packed::nth`] counts.
pub const END: u8 = b'|';

/// How deep pairs are made of pairs, at most.
const DEPTH: usize = 16;

/// A text, packed by [`packed!`](crate::packed).
#[derive(Clone, Copy)]
pub struct Packed {
    /// What the text is split at, literal bytes and pairs.
    pub text: &'static [u8],
    /// What the bytes from [`FIRST`] on stand for.
    pub pairs: &'static [[u8; 2]],
}

impl Packed {
    /// What a part of [`Packed::text`] says.
    pub fn unpack(self, part: &'static [u8]) -> Unpacked {
        Unpacked { pairs: self.pairs, part: part.iter(), seconds: Vec::new() }
    }

    /// Whether a part of [`Packed::text`] says that.
    #[inline(never)]
    pub fn is(self, part: &'static [u8], text: &[u8]) -> bool {
        self.unpack(part).eq(text.iter().copied())
    }

    /// One of many texts, each of which ends in `|`, as far as there is room for it.
    pub fn nth<const N: usize>(self, number: usize) -> CString<N> {
        let mut string = CString::default();
        // The last byte stays zero.
        if let Some((_, room)) = string.0.split_last_mut() {
            self.unpack_nth(number, room);
        }
        string
    }

    #[inline(never)]
    fn unpack_nth(self, number: usize, room: &mut [u8]) {
        let text = self.unpack(pieces(self.text, END).nth(number).unwrap_or_default());
        for (place, byte) in room.iter_mut().zip(text) {
            *place = byte;
        }
    }
}

/// What lies between the bytes `at` in a text, or a part of it.
pub fn pieces(part: &'static [u8], at: u8) -> Pieces {
    Pieces { rest: part, at }
}

/// See [`pieces`].
pub struct Pieces {
    rest: &'static [u8],
    at: u8,
}

impl Iterator for Pieces {
    type Item = &'static [u8];

    #[inline(never)]
    fn next(&mut self) -> Option<&'static [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|&byte| byte == self.at).unwrap_or(self.rest.len());
        let piece = self.rest.get(..end);
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        piece
    }
}

/// The bytes of a text.
pub struct Unpacked {
    pairs: &'static [[u8; 2]],
    part: core::slice::Iter<'static, u8>,
    /// The second halves of pairs whose first half is being unpacked.
    seconds: Vec<u8, DEPTH, u8>,
}

impl Iterator for Unpacked {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let mut byte = self.seconds.pop().or_else(|| self.part.next().copied())?;
        while let Some(&[first, second]) = self.pairs.get(usize::from(byte.wrapping_sub(FIRST))) {
            self.seconds.push(second).ok()?;
            byte = first;
        }
        Some(byte)
    }
}

/// A text in C's terms, of at most `N` bytes with what ends it.
pub struct CString<const N: usize>([u8; N]);

impl<const N: usize> Default for CString<N> {
    fn default() -> Self {
        CString([0; N])
    }
}

impl<const N: usize> CString<N> {
    /// As C has it.
    pub fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    /// As the standard library has it.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }
}

/// Packs texts, one after another, that are split at the bytes of `apart`: `packed!(texts, apart)`.
#[macro_export]
macro_rules! packed {
    ($texts:expr, $apart:expr) => {{
        use $crate::packed::{Packed, Packing, length};
        const PACKING: Packing<{ length($texts) }> = Packing::of($texts, $apart);
        const PACKED: ([u8; PACKING.len], [[u8; 2]; PACKING.made]) = PACKING.cut();
        Packed { text: &PACKED.0, pairs: &PACKED.1 }
    }};
}

/// How long texts are together.
pub const fn length(texts: &[&str]) -> usize {
    let (mut length, mut i) = (0, 0);
    while i < texts.len() {
        length += texts[i].len();
        i += 1;
    }
    length
}

/// How long the longest of them is.
pub const fn longest(texts: &[&str]) -> usize {
    let (mut longest, mut i) = (0, 0);
    while i < texts.len() {
        if texts[i].len() > longest {
            longest = texts[i].len();
        }
        i += 1;
    }
    longest
}

/// Texts that are being packed.
pub struct Packing<const N: usize> {
    text: [u8; N],
    /// Bytes of `text` that are in use.
    pub len: usize,
    pairs: [[u8; 2]; MOST],
    /// Pairs that there are.
    pub made: usize,
}

/// A number for each pair of bytes.
type Table = [[u16; 256]; 256];

/// Is not in a text.
const NONE: u8 = b'{';

impl<const N: usize> Packing<N> {
    /// Packs `texts`, one after another.
    ///
    /// The compiler does this in each build and is slow at it, so the pairs are made by the dozen: at first those that
    /// occur most often, at last those that are just worth their two bytes.
    #[allow(long_running_const_eval, reason = "it takes a quarter of a second")]
    pub const fn of(texts: &[&str], apart: &[u8]) -> Self {
        let mut packing = Packing { text: joined(texts), len: N, pairs: [[0; 2]; MOST], made: 0 };
        let mut joins = [true; 256];
        let mut i = 0;
        while i < apart.len() {
            joins[apart[i] as usize] = false;
            i += 1;
        }
        let mut often = u16::MAX;
        let mut counts = packing.replace(&[[0; 256]; 256], often, &joins);
        often = 64;
        while often > 3 {
            counts = packing.replace(&counts, often, &joins);
            often = often * 3 / 4;
        }
        packing
    }

    /// Replaces pairs that occur so often, and more often than the pair of the second byte and the third. Returns how
    /// often each pair occurs then.
    const fn replace(&mut self, counts: &Table, often: u16, joins: &[bool; 256]) -> Table {
        let mut names = [[NONE; 256]; 256];
        let mut new_counts = [[0; 256]; 256];
        let (mut from, mut to, mut last) = (0, 0, NONE as usize);
        while from < self.len {
            let mut byte = self.text[from] as usize;
            from += 1;
            if from < self.len {
                let second = self.text[from] as usize;
                let count = counts[byte][second];
                if count >= often && (from + 1 == self.len || count >= counts[second][self.text[from + 1] as usize]) {
                    let name = &mut names[byte][second];
                    if *name == NONE && self.made < MOST {
                        *name = FIRST.wrapping_add(self.made as u8);
                        self.pairs[self.made] = [byte as u8, second as u8];
                        self.made += 1;
                    }
                    if *name != NONE {
                        byte = *name as usize;
                        from += 1;
                    }
                }
            }
            self.text[to] = byte as u8;
            to += 1;
            if !joins[byte] {
                byte = NONE as usize;
            }
            new_counts[last][byte] += 1;
            last = byte;
        }
        self.len = to;
        new_counts
    }

    /// The text and the pairs as far as they are in use.
    pub const fn cut<const LEN: usize, const MADE: usize>(&self) -> ([u8; LEN], [[u8; 2]; MADE]) {
        let (mut text, mut pairs) = ([0; LEN], [[0; 2]; MADE]);
        text.copy_from_slice(self.text.split_at(LEN).0);
        pairs.copy_from_slice(self.pairs.split_at(MADE).0);
        (text, pairs)
    }
}

const fn joined<const N: usize>(texts: &[&str]) -> [u8; N] {
    let mut joined = [0; N];
    let (mut i, mut to) = (0, 0);
    while i < texts.len() {
        let text = texts[i].as_bytes();
        joined.split_at_mut(to).1.split_at_mut(text.len()).0.copy_from_slice(text);
        to += text.len();
        i += 1;
    }
    i = 0;
    while i < N {
        assert!(matches!(joined[i], b' '..FIRST if joined[i] != NONE));
        i += 1;
    }
    joined
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    const TEXTS: &[&str] = &["a rose is a rose is a rose|", "|", "aaaaaaaaaaaaaaaaaaaaaaa a rose|", "sesese|"];

    #[test]
    fn texts_are_packed_and_unpacked() {
        let packed = packed!(TEXTS, b"|");
        let unpacked: String = packed.unpack(packed.text).map(char::from).collect();
        assert_eq!(unpacked, TEXTS.concat());
        assert!(packed.text.len() + 2 * packed.pairs.len() < unpacked.len());
        for (number, text) in TEXTS.iter().enumerate() {
            let string: CString<{ longest(TEXTS) }> = packed.nth(number);
            assert_eq!(string.as_c_str().to_bytes(), text.trim_end_matches('|').as_bytes());
        }
        assert_eq!(packed.nth::<9>(0).as_c_str(), c"a rose i");
        assert_eq!(packed.nth::<9>(TEXTS.len()).as_c_str(), c"");
    }

    #[test]
    fn what_is_split_is_never_in_a_pair() {
        let packed = packed!(&["ab/ab/ab/ab/ab/ab/abc abc abc abc"], b"/ ");
        let parts: Vec<_> = pieces(packed.text, b'/').flat_map(|part| pieces(part, b' ')).collect();
        assert_eq!(parts.len(), 10);
        assert!(packed.pairs.as_flattened().iter().all(|byte| !b"/ ".contains(byte)));
        assert!(packed.unpack(parts[6]).eq(*b"abc"));
    }
}
