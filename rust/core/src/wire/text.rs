//! Text: UTF-8 with surrogates, the two escape notations of protocol 0, and the encodings that
//! Python 2 strings come in.
//!
//! Python's str can hold lone surrogates. They travel as three bytes each, as the error handler
//! `surrogatepass` writes them, and MicroPython keeps its strings in just this form.

use super::integer::digit_value;
use crate::error::{Fault, OutOfMemory};
use crate::growable::Growable;

/// Checks that `bytes` is UTF-8, with surrogates where they are allowed. Overlong forms, numbers beyond U+10FFFF and
/// cut off characters never are.
pub fn check_utf8(bytes: &[u8], surrogates: bool) -> Result<(), Fault> {
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if first.is_ascii() {
            (_, rest) = split_ascii(rest);
        } else {
            let (_, len) = decode_char(rest, surrogates).map_err(|_| Fault::BadUtf8)?;
            rest = rest.get(len..).unwrap_or_default();
        }
    }
    Ok(())
}

/// Whether there is nothing but ASCII.
#[inline(never)]
pub fn is_ascii(bytes: &[u8]) -> bool {
    split_ascii(bytes).1.is_empty()
}

/// Splits `bytes` before the first that is not ASCII.
fn split_ascii(bytes: &[u8]) -> (&[u8], &[u8]) {
    const WORD: usize = size_of::<usize>();
    const HIGH_BITS: usize = usize::from_ne_bytes([0x80; WORD]);
    let is_ascii =
        |word: &&[u8]| <[u8; WORD]>::try_from(*word).is_ok_and(|word| usize::from_ne_bytes(word) & HIGH_BITS == 0);
    let sure = bytes.chunks_exact(WORD).take_while(is_ascii).count() * WORD;
    let more = bytes.iter().skip(sure).take_while(|byte| byte.is_ascii()).count();
    bytes.split_at_checked(sure + more).unwrap_or((bytes, &[]))
}

/// Decodes the character that `bytes` begins with: its number and its length in bytes. The error is how
/// many bytes make no character, the "maximal subpart" that Unicode and Python replace as one.
fn decode_char(bytes: &[u8], surrogates: bool) -> Result<(u32, usize), usize> {
    let first = bytes.first().copied().unwrap_or_default();
    // What the second byte may be rules out overlong forms, surrogates and numbers that are too large.
    let (len, mut low, mut high) = match first {
        0..=0x7f => return Ok((first.into(), 1)),
        0xc2..=0xdf => (2, 0x80, 0xbf),
        0xe0 => (3, 0xa0, 0xbf),
        0xed if !surrogates => (3, 0x80, 0x9f),
        0xe1..=0xef => (3, 0x80, 0xbf),
        0xf0 => (4, 0x90, 0xbf),
        0xf1..=0xf3 => (4, 0x80, 0xbf),
        0xf4 => (4, 0x80, 0x8f),
        _ => return Err(1),
    };
    let mut code = u32::from(first) & (0x7f >> len);
    for at in 1..len {
        match bytes.get(at) {
            Some(byte) if (low..=high).contains(byte) => code = code << 6 | u32::from(byte & 0x3f),
            _ => return Err(at),
        }
        (low, high) = (0x80, 0xbf);
    }
    Ok((code, len))
}

/// Appends a character, which may be a surrogate.
fn push_char(code: u32, out: &mut Growable<u8>) -> Result<(), OutOfMemory> {
    let (len, mark) = match code {
        0..=0x7f => (1, 0),
        0x80..=0x7ff => (2, 0xc0),
        0x800..=0xffff => (3, 0xe0),
        _ => (4, 0xf0),
    };
    let mut shift = 6 * (len - 1);
    out.push(mark | (code >> shift) as u8)?;
    while shift > 0 {
        shift -= 6;
        out.push(0x80 | (code >> shift & 0x3f) as u8)?;
    }
    Ok(())
}

/// Writes UTF-8 `text` as UNICODE's argument, without its newline, in pieces.
///
/// Python's codec `raw-unicode-escape` writes characters up to U+00FF as one byte and others as `\uXXXX` or
/// `\UXXXXXXXX`. As in `raw_unicode_escape` of `Modules/_pickle.c`, the backslash and whatever could
/// end a line or a file somewhere are escaped too.
pub fn raw_unicode_escape_encode(
    text: &[u8],
    write: &mut dyn FnMut(&[u8]) -> Result<(), OutOfMemory>,
) -> Result<(), Fault> {
    let mut rest = text;
    while !rest.is_empty() {
        let plain_len = rest.iter().take_while(|&&byte| byte.is_ascii() && !needs_escape(byte.into())).count();
        let (plain, special) = rest.split_at_checked(plain_len).unwrap_or_default();
        if !plain.is_empty() {
            write(plain)?;
        }
        if special.is_empty() {
            break;
        }
        let (code, len) = decode_char(special, true).map_err(|_| Fault::BadUtf8)?;
        match u8::try_from(code) {
            Ok(byte) if !needs_escape(code) => write(&[byte])?,
            _ => write_escape(code, write)?,
        }
        rest = special.get(len..).unwrap_or_default();
    }
    Ok(())
}

fn needs_escape(code: u32) -> bool {
    matches!(code, 0x5c | 0 | 0x0a | 0x0d | 0x1a | 0x100..)
}

fn write_escape(code: u32, write: &mut dyn FnMut(&[u8]) -> Result<(), OutOfMemory>) -> Result<(), OutOfMemory> {
    let (letter, mut shift) = if code > 0xffff { (b'U', 32) } else { (b'u', 16) };
    write(&[b'\\', letter])?;
    while shift > 0 {
        shift -= 4;
        write(&[hex_digit((code >> shift) as u8)])?;
    }
    Ok(())
}

/// The digit of the four low bits.
pub fn hex_digit(value: u8) -> u8 {
    match value & 0xf {
        value @ 0..=9 => b'0' + value,
        value => b'a' + value - 10,
    }
}

/// Appends what UNICODE's argument, without its newline, stands for.
///
/// Two escapes that form a UTF-16 pair stay two surrogates, as in CPython. A backslash that no `u` follows
/// stands for itself and takes the next character with it, so that `\\u0041` has no escape in it.
pub fn raw_unicode_escape_decode(line: &[u8], out: &mut Growable<u8>) -> Result<(), Fault> {
    let mut rest = line;
    while let Some((plain, escape)) = split_at_backslash(rest) {
        utf8_from_latin1(plain, out)?;
        rest = match escape {
            [b'u', digits @ ..] => push_hex_char(digits, 4, out)?,
            [b'U', digits @ ..] => push_hex_char(digits, 8, out)?,
            [next, tail @ ..] => {
                utf8_from_latin1(&[b'\\', *next], out)?;
                tail
            }
            [] => return Ok(out.push(b'\\')?),
        };
    }
    Ok(utf8_from_latin1(rest, out)?)
}

/// Splits around the first backslash.
fn split_at_backslash(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&byte| byte == b'\\')?;
    let (before, after) = bytes.split_at_checked(at)?;
    Some((before, after.get(1..)?))
}

/// Appends the character that the first `count` digits number; returns what follows them.
fn push_hex_char<'a>(digits: &'a [u8], count: usize, out: &mut Growable<u8>) -> Result<&'a [u8], Fault> {
    let (digits, rest) = digits.split_at_checked(count).ok_or(Fault::BadRawUnicode)?;
    let code = hex_value(digits).filter(|&code| code <= char::MAX.into()).ok_or(Fault::BadRawUnicode)?;
    push_char(code, out)?;
    Ok(rest)
}

/// The number that up to eight hexadecimal digits form.
fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | u32::from(digit_value(digit)?)))
}

/// Strips the quotes from the argument of STRING. They have to be there and alike, as in `load_string` of
/// `Modules/_pickle.c`; whether one stands within the string does not matter.
pub fn unquote(line: &[u8]) -> Result<&[u8], Fault> {
    match line {
        [first @ (b'\'' | b'"'), text @ .., last] if first == last => Ok(text),
        _ => Err(Fault::UnquotedString),
    }
}

/// Appends the bytes that a Python 2 string literal stands for, given without its quotes.
///
/// The escapes are those of Python's bytes literals. An unknown one stands for itself, backslash and all, and an
/// octal one above 255 loses its top bit (`PyBytes_DecodeEscape` in `Objects/bytesobject.c`).
pub fn string_escape_decode(text: &[u8], out: &mut Growable<u8>) -> Result<(), Fault> {
    let mut rest = text;
    while let Some((plain, escape)) = split_at_backslash(rest) {
        out.extend_from_slice(plain)?;
        let (byte, tail) = match escape {
            [] => return Err(Fault::BadEscape),
            [b'\n', tail @ ..] => {
                rest = tail;
                continue;
            }
            [b'x', high, low, tail @ ..] => (hex_byte(*high, *low).ok_or(Fault::BadEscape)?, tail),
            [b'x', ..] => return Err(Fault::BadEscape),
            [b'0'..=b'7', ..] => split_octal(escape),
            [letter, tail @ ..] => simple_escape(*letter).map_or((b'\\', escape), |byte| (byte, tail)),
        };
        out.push(byte)?;
        rest = tail;
    }
    Ok(out.extend_from_slice(rest)?)
}

/// The byte that two hexadecimal digits stand for.
fn hex_byte(high: u8, low: u8) -> Option<u8> {
    Some(digit_value(high)? << 4 | digit_value(low)?)
}

/// The byte that one to three octal digits stand for, and what follows them.
fn split_octal(text: &[u8]) -> (u8, &[u8]) {
    let mut value = 0;
    let mut rest = text;
    for _ in 0..3 {
        let [digit @ b'0'..=b'7', tail @ ..] = rest else { break };
        value = value << 3 | (digit & 7);
        rest = tail;
    }
    (value, rest)
}

/// The byte that a backslash and this letter stand for.
fn simple_escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\\' | b'\'' | b'"' => letter,
        b'a' => 0x07,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'r' => b'\r',
        _ => return None,
    })
}

/// Which of the words, between which there are spaces, it is.
#[inline(never)]
pub fn word_index(words: &[u8], word: &[u8]) -> Option<usize> {
    words.split(|&byte| byte == b' ').position(|known| known == word)
}

/// How the bytes of a Python 2 string become what Python 3 has: the argument `encoding` of `load`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits, the default.
    Ascii,
    /// A character a byte; never fails, and what NumPy arrays and datetimes from Python 2 need.
    Latin1,
    /// UTF-8 without surrogates.
    Utf8,
    /// No text at all: Python 2 strings become bytes.
    Bytes,
}

impl Encoding {
    /// Finds an encoding by any of the names that Python knows it by. Case and punctuation make no
    /// difference, but for `bytes`, which is no codec's name but a word of pickle's own.
    pub fn parse(name: &[u8]) -> Option<Self> {
        const ALIASES: &[u8] = b"ascii usascii 646 latin1 latin l1 iso88591 8859 cp819 iso8859 utf8 utf u8";
        if name == b"bytes" {
            return Some(Encoding::Bytes);
        }
        let mut plain = heapless::Vec::<u8, 9>::new();
        for byte in name {
            match byte {
                0 => return None,
                _ if byte.is_ascii_alphanumeric() => plain.push(byte.to_ascii_lowercase()).ok()?,
                _ => {}
            }
        }
        match word_index(ALIASES, &plain)? {
            0..=2 => Some(Encoding::Ascii),
            3..=9 => Some(Encoding::Latin1),
            _ => Some(Encoding::Utf8),
        }
    }
}

/// What to do about bytes that an encoding does not have: the argument `errors` of `load`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// Fail.
    Strict,
    /// Leave them out.
    Ignore,
    /// Put U+FFFD in their place.
    Replace,
    /// Put `\xNN` in their place.
    BackslashReplace,
    /// Put a surrogate from U+DC80 to U+DCFF in the place of each (PEP 383).
    SurrogateEscape,
    /// Let UTF-8 have surrogates, otherwise fail.
    SurrogatePass,
}

impl Errors {
    /// Finds an error handler by Python's name for it.
    pub fn parse(name: &[u8]) -> Option<Self> {
        const NAMES: &[u8] = b"strict ignore replace backslashreplace surrogateescape surrogatepass";
        Some(match word_index(NAMES, name)? {
            0 => Errors::Strict,
            1 => Errors::Ignore,
            2 => Errors::Replace,
            3 => Errors::BackslashReplace,
            4 => Errors::SurrogateEscape,
            _ => Errors::SurrogatePass,
        })
    }

    /// Appends what stands for `bad`, bytes that make no character.
    fn stand_in(self, bad: &[u8], out: &mut Growable<u8>) -> Result<(), Fault> {
        match self {
            Errors::Strict | Errors::SurrogatePass => Err(Fault::BadEncoding),
            Errors::Ignore => Ok(()),
            Errors::Replace => Ok(push_char(char::REPLACEMENT_CHARACTER.into(), out)?),
            Errors::BackslashReplace => bad.iter().try_for_each(|&byte| {
                Ok(out.extend_from_slice(&[b'\\', b'x', hex_digit(byte >> 4), hex_digit(byte)])?)
            }),
            Errors::SurrogateEscape => bad.iter().try_for_each(|&byte| Ok(push_char(0xdc00 + u32::from(byte), out)?)),
        }
    }
}

/// Appends the UTF-8 of a Python 2 string. [`Encoding::Bytes`] appends the bytes as they are.
pub fn decode(bytes: &[u8], encoding: Encoding, errors: Errors, out: &mut Growable<u8>) -> Result<(), Fault> {
    match encoding {
        Encoding::Bytes => return Ok(out.extend_from_slice(bytes)?),
        Encoding::Latin1 => return Ok(utf8_from_latin1(bytes, out)?),
        Encoding::Ascii | Encoding::Utf8 => {}
    }
    let mut rest = bytes;
    loop {
        let (ascii, special) = split_ascii(rest);
        out.extend_from_slice(ascii)?;
        if special.is_empty() {
            return Ok(());
        }
        let char = match encoding {
            Encoding::Utf8 => decode_char(special, errors == Errors::SurrogatePass),
            _ => Err(1),
        };
        let len = match char {
            Ok((code, len)) => push_char(code, out).map(|()| len)?,
            Err(len) => errors.stand_in(special.get(..len).unwrap_or_default(), out).map(|()| len)?,
        };
        rest = special.get(len..).unwrap_or_default();
    }
}

/// Appends the UTF-8 of text in Latin-1, where a byte is a character.
pub fn utf8_from_latin1(bytes: &[u8], out: &mut Growable<u8>) -> Result<(), OutOfMemory> {
    let mut rest = bytes;
    loop {
        let (ascii, special) = split_ascii(rest);
        out.extend_from_slice(ascii)?;
        let [byte, tail @ ..] = special else { return Ok(()) };
        push_char((*byte).into(), out)?;
        rest = tail;
    }
}

/// Appends UTF-8 `text` in Latin-1. This is what `_codecs.encode(text, 'latin1')` does, by which
/// protocols 0 to 2 carry bytes.
pub fn latin1_from_utf8(text: &[u8], out: &mut Growable<u8>) -> Result<(), Fault> {
    let mut rest = text;
    loop {
        let (ascii, special) = split_ascii(rest);
        out.extend_from_slice(ascii)?;
        if special.is_empty() {
            return Ok(());
        }
        let (code, len) = decode_char(special, true).map_err(|_| Fault::BadUtf8)?;
        out.push(u8::try_from(code).map_err(|_| Fault::NotLatin1)?)?;
        rest = special.get(len..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::error::Class;
    use crate::wire::oracle;
    use std::string::{String, ToString};
    use std::{format, vec, vec::Vec};

    /// The bytes that `function` appends, as Python shows them; a fault as the class of its exception.
    fn show(function: impl FnOnce(&mut Growable<u8>) -> Result<(), Fault>) -> String {
        let mut out = Growable::new();
        match function(&mut out) {
            Ok(()) => hex(&out),
            Err(fault) => show_fault(fault),
        }
    }

    fn hex(bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("'{digits}'")
    }

    fn show_fault(fault: Fault) -> String {
        // The classes for text are subclasses of ValueError.
        let class = if fault.class() == Class::Unicode { Class::Value } else { fault.class() };
        format!("{class:?}Error")
    }

    /// Every sequence of up to `len` of these bytes and strings.
    fn sequences(parts: &[&[u8]], len: usize) -> Vec<Vec<u8>> {
        let mut all = vec![Vec::new()];
        let mut start = 0;
        for _ in 0..len {
            let end = all.len();
            for at in start..end {
                for part in parts {
                    all.push([&all[at], *part].concat());
                }
            }
            start = end;
        }
        all
    }

    /// Bytes at the edges of what UTF-8 allows, in every order.
    fn utf8_cases() -> Vec<Vec<u8>> {
        const EDGES: [u8; 16] =
            [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5];
        let parts: Vec<&[u8]> = EDGES.iter().map(core::slice::from_ref).collect();
        let mut cases = sequences(&parts, 3);
        let tails = sequences(&parts[2..8], 3);
        for first in [0xf0, 0xf1, 0xf4] {
            cases.extend(tails.iter().map(|tail| [&[first], tail.as_slice()].concat()));
        }
        cases
    }

    #[test]
    fn utf8_is_that_of_surrogatepass() {
        let cases = utf8_cases();
        let theirs = oracle::ask("x.decode('utf-8', 'surrogatepass') and 0 or 0", &cases);
        for (case, expected) in cases.iter().zip(theirs) {
            let ours = check_utf8(case, true).map_or_else(show_fault, |()| "0".to_string());
            assert_eq!(ours, expected, "{case:02x?}");
        }
    }

    #[test]
    fn ascii_is_skipped_by_words() {
        for len in 0..40 {
            let mut text = vec![b'a'; len];
            assert_eq!(split_ascii(&text), (text.as_slice(), [].as_slice()));
            for at in 0..len {
                text[at] = 0x80;
                assert_eq!(split_ascii(&text).0.len(), at);
                assert_eq!(check_utf8(&text, true), Err(Fault::BadUtf8));
                text[at] = b'a';
            }
        }
    }

    #[test]
    fn python2_strings_are_decoded_as_cpython_decodes_them() {
        const ENCODINGS: [&str; 3] = ["ascii", "latin1", "utf-8"];
        const ERRORS: [&str; 6] =
            ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"];
        // The first byte of an input tells how to decode the others.
        let mut cases = Vec::new();
        for text in utf8_cases().into_iter().step_by(3) {
            cases.extend((0..18).map(|way| [&[way], text.as_slice()].concat()));
        }
        let decode_in_python = format!(
            "x[1:].decode({ENCODINGS:?}[x[0] % 3], {ERRORS:?}[x[0] // 3]).encode('utf-8', 'surrogatepass').hex()"
        );
        for (case, expected) in cases.iter().zip(oracle::ask(&decode_in_python, &cases)) {
            let encoding = Encoding::parse(ENCODINGS[case[0] as usize % 3].as_bytes()).unwrap();
            let errors = Errors::parse(ERRORS[case[0] as usize / 3].as_bytes()).unwrap();
            let ours = show(|out| decode(&case[1..], encoding, errors, out));
            assert_eq!(ours, expected, "{case:02x?} {encoding:?} {errors:?}");
        }
    }

    #[test]
    fn bytes_stay_bytes() {
        assert_eq!(show(|out| decode(b"a\xff", Encoding::Bytes, Errors::Strict, out)), "'61ff'");
    }

    #[test]
    fn encodings_have_the_names_that_cpython_knows() {
        let names = "ascii|ASCII|us-ascii|US_ASCII|646|latin1|latin-1|latin_1|Latin 1|LATIN1|latin|l1|L1|iso-8859-1|ISO_8859_1|\
            iso8859-1|iso8859_1|8859|iso8859|cp819|utf8|UTF8|utf-8|UTF_8|utf|u8|bytes|BYTES|Bytes||latin2|utf-16|cp1252|no";
        let codec = "x.decode() if x == b'bytes' else __import__('codecs').lookup(x.decode()).name";
        for (name, theirs) in names.split('|').zip(oracle::ask(codec, names.split('|'))) {
            let ours = match Encoding::parse(name.as_bytes()) {
                Some(Encoding::Ascii) => "'ascii'",
                Some(Encoding::Latin1) => "'iso8859-1'",
                Some(Encoding::Utf8) => "'utf-8'",
                Some(Encoding::Bytes) => "'bytes'",
                // Codecs that we do not have.
                None if matches!(name, "latin2" | "utf-16" | "cp1252") => continue,
                None => "LookupError",
            };
            assert_eq!(ours, theirs, "{name}");
        }
    }

    #[test]
    fn raw_unicode_escape_is_that_of_cpython() {
        let parts: [&[u8]; 24] = [
            b"a",
            b"\\",
            b"\\\\",
            b"u",
            b"U",
            b"0041",
            b"0001",
            b"\\u",
            b"\\U",
            b"12",
            b"\\u00e9",
            b"\\ud83d",
            b"\\ude00",
            b"\\U0001f600",
            b"\\U00110000",
            b"\\U0010ffff",
            b"\\U0010FFFF",
            b"\\Uffffffff",
            b"\\u12g4",
            b"\xe9",
            b"\x80",
            b"\x00",
            b"\r",
            b" ",
        ];
        let cases = sequences(&parts, 3);
        let theirs = oracle::ask("pickle.loads(b'V' + x + b'\\n.').encode('utf-8', 'surrogatepass').hex()", &cases);
        for (case, expected) in cases.iter().zip(theirs) {
            assert_eq!(show(|out| raw_unicode_escape_decode(case, out)), expected, "{}", case.escape_ascii());
        }
    }

    #[test]
    fn raw_unicode_escape_is_written_as_cpython_writes_it() {
        let edges =
            [0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdc00, 0xdfff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x10ffff];
        let mut cases: Vec<Vec<u8>> = Vec::new();
        for code in (0..=0x100).chain(edges) {
            let mut text = Growable::new();
            text.push(b'a').unwrap();
            push_char(code, &mut text).unwrap();
            push_char(code, &mut text).unwrap();
            text.push(b'z').unwrap();
            cases.extend([text[1..text.len() - 1].to_vec(), text.to_vec()]);
        }
        cases.push(Vec::new());
        let theirs = oracle::ask("pickle.dumps(x.decode('utf-8', 'surrogatepass'), 0)[1:-5].hex()", &cases);
        for (case, expected) in cases.iter().zip(theirs) {
            let ours = show(|out| raw_unicode_escape_encode(case, &mut |piece| out.extend_from_slice(piece)));
            assert_eq!(ours, expected, "{case:02x?}");
        }
        assert_eq!(raw_unicode_escape_encode(b"a\xff", &mut |_| Ok(())), Err(Fault::BadUtf8));
    }

    #[test]
    fn escapes_are_those_of_cpython() {
        let parts: [&[u8]; 28] = [
            b"a", b"b", b"f", b"n", b"r", b"t", b"v", b"x", b"X", b"0", b"1", b"7", b"8", b"4", b"\\", b"\\x", b"\\x4",
            b"\\x41", b"\\xFf", b"\\q", b"'", b"\"", b"\xff", b"\x00", b"\\777", b"\r", b"\\0", b"\\18",
        ];
        let cases = sequences(&parts, 3);
        let theirs = oracle::ask("pickle.loads(b\"S'\" + x + b\"'\\n.\", encoding='bytes').hex()", &cases);
        for (case, expected) in cases.iter().zip(theirs) {
            assert_eq!(show(|out| string_escape_decode(case, out)), expected, "{}", case.escape_ascii());
        }
        assert_eq!(show(|out| string_escape_decode(b"a\\\nb", out)), "'6162'");
    }

    #[test]
    fn quotes_are_stripped_as_cpython_strips_them() {
        let cases = sequences(&[b"'", b"\"", b"a", b" ", b"\r"], 5);
        let theirs = oracle::ask("pickle.loads(b'S' + x + b'\\n.', encoding='bytes').hex()", &cases);
        for (case, expected) in cases.iter().zip(theirs) {
            assert_eq!(unquote(case).map_or_else(show_fault, hex), expected, "{}", case.escape_ascii());
        }
    }

    #[test]
    fn latin1_goes_both_ways() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut text = Growable::new();
        utf8_from_latin1(&bytes, &mut text).unwrap();
        let mut back = Growable::new();
        latin1_from_utf8(&text, &mut back).unwrap();
        assert_eq!(&*back, bytes);
        assert_eq!(latin1_from_utf8("a\u{100}".as_bytes(), &mut back), Err(Fault::NotLatin1));
        assert_eq!(latin1_from_utf8(b"\xff", &mut back), Err(Fault::BadUtf8));
    }
}
