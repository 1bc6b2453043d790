//! Integers: as lines of text in protocols 0 and 1, and as little-endian two's complement from
//! protocol 2 on.
//!
//! CPython reads the text with two functions of different tastes: C's `strtol` and, where that does
//! not take the whole line, its own `PyLong_FromString`. Their grammars overlap. [`Literal`] holds
//! what both understand, and the three `parse_…` functions add what is special to their opcodes
//! (`load_int`, `load_long`, `load_get` and `load_put` in `Modules/_pickle.c`).

use crate::error::Fault;

/// The most decimal digits that are read or written: what CPython sets by itself, since the time that they take grows with
/// the square of their number (`sys.int_info.default_max_str_digits`).
const MOST_DIGITS: usize = 4300;

/// Fails if there are more decimal digits than CPython writes and reads. A sign and underscores do not count.
pub fn check_digits(decimal: &[u8]) -> Result<(), Fault> {
    let count = decimal.iter().filter(|byte| byte.is_ascii_digit()).count();
    if count > MOST_DIGITS { Err(Fault::TooManyDigits) } else { Ok(()) }
}

/// What the text of an integer stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntText<'a> {
    /// A bool in the spelling of protocols 0 and 1.
    Bool(bool),
    /// An integer of 64 bits.
    Small(i64),
    /// An integer that needs more than 64 bits.
    Big {
        /// Whether the integer is below zero.
        negative: bool,
        /// 2, 8, 10 or 16.
        base: u8,
        /// Digits of that base, the most significant first. Single underscores may stand between
        /// them and mean nothing; everything else has been ruled out.
        digits: &'a [u8],
    },
}

/// Reads the argument of INT, without its newline, as CPython's C unpickler does.
///
/// The grammar is that of integers in Python source, with white space around them, plus C's octal
/// numbers: `010` is 8. Two characters that spell 0 or 1 are a bool; those are `00` and `01`, but
/// ` 1`, `+1` and `-0` pass for one too. A NUL ends the text, and nothing before it counts as 0.
pub fn parse_int_line(line: &[u8]) -> Result<IntText<'_>, Fault> {
    match line {
        [] => Err(Fault::Truncated),
        [0] => Ok(IntText::Small(0)),
        [0, _] => Ok(IntText::Bool(false)),
        [0, ..] => Ok(IntText::Small(0)),
        _ => parse_int_text(line),
    }
}

fn parse_int_text(line: &[u8]) -> Result<IntText<'_>, Fault> {
    let mut literal = Literal::parse(line, None)?;
    if literal.zero_led && !literal.is_zero() {
        literal.make_octal()?;
    }
    match literal.value() {
        Some(value @ (0 | 1)) if line.len() == 2 && !literal.space_follows => Ok(IntText::Bool(value == 1)),
        Some(value) => Ok(IntText::Small(value)),
        None => literal.into_big(),
    }
}

/// Reads the argument of LONG, without its newline, as CPython's C unpickler does: an integer as in
/// Python source, with white space around it, and an `L` behind that if it is a Python 2 `long`.
pub fn parse_long_line(line: &[u8]) -> Result<IntText<'_>, Fault> {
    if line.is_empty() {
        return Err(Fault::Truncated);
    }
    let literal = Literal::parse(line.strip_suffix(b"L").unwrap_or(line), None)?;
    if literal.zero_led && !literal.is_zero() {
        return Err(Fault::BadInt);
    }
    literal.value().map_or_else(|| literal.into_big(), |value| Ok(IntText::Small(value)))
}

/// Reads a memo index, the argument of GET and PUT without its newline: what Python's `int(line, 10)`
/// takes, negative too. CPython raises OverflowError for what does not fit a machine word.
pub fn parse_decimal(line: &[u8]) -> Result<i64, Fault> {
    if line.is_empty() {
        return Err(Fault::Truncated);
    }
    let literal = Literal::parse(line, Some(10))?;
    match literal.value() {
        Some(value) => Ok(value),
        None => literal.into_big().and(Err(Fault::TooLong)),
    }
}

/// An integer literal taken apart.
struct Literal<'a> {
    negative: bool,
    base: u8,
    /// At least one digit of `base`; underscores only singly and between digits.
    digits: &'a [u8],
    /// The digits begin with 0 though no prefix told a base: octal to C, wrong to Python unless all are 0.
    zero_led: bool,
    space_follows: bool,
}

impl<'a> Literal<'a> {
    /// Takes apart what `PyLong_FromString` takes. Without a `base` the prefix tells it.
    fn parse(line: &'a [u8], base: Option<u8>) -> Result<Self, Fault> {
        let text = line.split(|&byte| byte == 0).next().unwrap_or_default();
        let text = trim_start(text);
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (base, zero_led, text) = match (base, text) {
            (Some(base), _) => (base, false, text),
            (None, [b'0', b'x' | b'X', rest @ ..]) => (16, false, after_prefix(rest)),
            (None, [b'0', b'o' | b'O', rest @ ..]) => (8, false, after_prefix(rest)),
            (None, [b'0', b'b' | b'B', rest @ ..]) => (2, false, after_prefix(rest)),
            (None, _) => (10, text.first() == Some(&b'0'), text),
        };
        let (digits, tail) = split_digits(text, base)?;
        if !trim_start(tail).is_empty() {
            return Err(Fault::BadInt);
        }
        Ok(Literal { negative, base, digits, zero_led, space_follows: !tail.is_empty() })
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|&digit| matches!(digit, b'0' | b'_'))
    }

    /// Reads the digits once more as `strtol` does, which stops at underscores and white space and
    /// whose result has to fit a C `long`.
    fn make_octal(&mut self) -> Result<(), Fault> {
        self.base = 8;
        let octal = self.digits.iter().all(|&digit| matches!(digit, b'0'..=b'7'));
        if octal && !self.space_follows && self.value().is_some() { Ok(()) } else { Err(Fault::BadInt) }
    }

    /// The value if 64 bits hold it.
    fn value(&self) -> Option<i64> {
        let mut magnitude = 0u64;
        for value in self.digits.iter().filter_map(|&digit| digit_value(digit)) {
            magnitude = magnitude.checked_mul(self.base.into())?.checked_add(value.into())?;
        }
        if self.negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
    }

    fn into_big(self) -> Result<IntText<'a>, Fault> {
        if self.base == 10 {
            check_digits(self.digits)?;
        }
        Ok(IntText::Big { negative: self.negative, base: self.base, digits: self.digits })
    }
}

/// White space as C's `isspace` knows it.
fn trim_start(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&byte| matches!(byte, b'\t'..=b'\r' | b' ')).count();
    text.get(spaces..).unwrap_or_default()
}

/// One underscore may stand between a prefix and the first digit.
fn after_prefix(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"_").unwrap_or(text)
}

/// Splits `text` after its digits and checks the underscores among them.
fn split_digits(text: &[u8], base: u8) -> Result<(&[u8], &[u8]), Fault> {
    let mut previous = b'_';
    let mut len = 0;
    for &byte in text {
        match (byte, digit_value(byte)) {
            (b'_', _) if previous == b'_' => return Err(Fault::BadInt),
            (b'_', _) => {}
            (_, Some(value)) if value < base => {}
            _ => break,
        }
        previous = byte;
        len += 1;
    }
    // A trailing underscore, or no digit at all.
    if previous == b'_' {
        return Err(Fault::BadInt);
    }
    text.split_at_checked(len).ok_or(Fault::BadInt)
}

/// The value of a hexadecimal digit.
#[inline(never)] // it is called in many places
pub(super) fn digit_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The argument of LONG1: little-endian two's complement, and how many of the bytes it takes. That
/// is as few as keep the sign, and none for 0, as `pickle.encode_long` has it.
pub fn encode_i64(value: i64) -> ([u8; 8], usize) {
    let bytes = value.to_le_bytes();
    (bytes, minimal_len(&bytes))
}

/// The value of a little-endian two's complement number, if 64 bits hold it. No bytes mean 0, and
/// there may be more bytes than the value needs, as in what `pickle.decode_long` takes.
pub fn decode_i64(bytes: &[u8]) -> Option<i64> {
    let bytes = bytes.get(..minimal_len(bytes))?;
    if bytes.len() > size_of::<i64>() {
        return None;
    }
    let sign = if bytes.last().is_some_and(|&top| top >= 0x80) { -1 } else { 0 };
    Some(bytes.iter().rev().fold(sign, |value, &byte| value << 8 | i64::from(byte)))
}

/// How many of the bytes of a little-endian two's complement number are needed: those above it only
/// repeat the sign. 0 needs none. CPython writes exactly these (`save_long` in `Modules/_pickle.c`).
pub fn minimal_len(bytes: &[u8]) -> usize {
    let mut number = bytes;
    loop {
        number = match number {
            [0] => &[],
            [rest @ .., 0] if rest.last().is_some_and(|&top| top < 0x80) => rest,
            [rest @ .., 0xff] if rest.last().is_some_and(|&top| top >= 0x80) => rest,
            _ => return number.len(),
        }
    }
}

/// Writes `value` in decimal to the end of `out` and returns the text.
pub fn format_i64(value: i64, out: &mut [u8; 20]) -> &[u8] {
    let mut rest = value.unsigned_abs().to_be_bytes();
    let mut start = out.len();
    for slot in out.iter_mut().rev() {
        *slot = b'0' + divide_by_10(&mut rest);
        start -= 1;
        if rest == [0; 8] {
            break;
        }
    }
    // The longest number leaves one slot for its sign.
    if value < 0 {
        start = start.saturating_sub(1);
        if let Some(sign) = out.get_mut(start) {
            *sign = b'-';
        }
    }
    out.get(start..).unwrap_or_default()
}

/// Leaves the quotient and gives the remainder, byte by byte: division of 64 bits is a library function of 1 kB on most
/// microcontrollers.
fn divide_by_10(number: &mut [u8; 8]) -> u8 {
    let mut rest = 0;
    for byte in number {
        let value = rest << 8 | u32::from(*byte);
        (*byte, rest) = ((value / 10) as u8, value % 10);
    }
    rest as u8
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::wire::oracle;
    use std::string::{String, ToString};
    use std::{format, vec, vec::Vec};

    /// Integers and what is nearly one, a bar behind each; the last is the empty line.
    const INTS: &[u8] = b"\
        0|1|00|01|02| 0| 1|+0|+1|-0|-1|0 |1 |1\r|\t1|10|-10|+10|010|-010|08|018|010 |0x10|0X1f|-0xF|0xg|0x|\
        0x_f|0x__f|0xf_|0x-1|0o10|0O17|0o8|0o|0b1|0B101|0b12|0b|1_000|1__0|_1|1_|+_1|0_0|0_1|00_0|01_0|0_7|\
        0000000000000000000000000000000000000| 1_000 |\x0b\x0c1_0\x0b\x0c|1_0 x|\x1c1|1L|0L|10L|-10L|0x10L|\
        1LL|L|1_0L| 12 L|010L|00L|1l|+|-|- 1|+-1| |  |1.0|1e5|x|\xff|\xc2\xa01|9223372036854775807|\
        9223372036854775808|-9223372036854775808|-9223372036854775809|18446744073709551615|\
        18446744073709551616|0x7fffffffffffffff|0x8000000000000000|-0x8000000000000000|-0x8000000000000001|\
        0777777777777777777777|01000000000000000000000|-01000000000000000000000|-01000000000000000000001|\
        0777777777777777777777777|99999999999999999999 |9999_9999_9999_9999_9999_9999|\
        -0xffff_ffff_ffff_ffff_ffff|\
        0b1_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0|\
        0o7777777777777777777777777|\x00|\x00\x00|\x00x|\x00xy|\x00L| \x00|0\x00|1\x00|1\x00x|1\x00L|1 \x00|\
        99999999999999999999\x00abc|1_0\x00 x|010\x00x|01\x00|";

    fn ints() -> impl Iterator<Item = &'static [u8]> {
        INTS.split(|&byte| byte == b'|')
    }

    /// Python's repr of what was read.
    fn show(result: Result<IntText, Fault>) -> String {
        match result {
            Ok(IntText::Bool(value)) => if value { "True" } else { "False" }.to_string(),
            Ok(IntText::Small(value)) => value.to_string(),
            Ok(IntText::Big { negative, base, digits }) => {
                let digits: String = digits.iter().filter(|&&b| b != b'_').map(|&b| b as char).collect();
                let value = u128::from_str_radix(&digits, base.into()).unwrap();
                format!("{}{value}", if negative { "-" } else { "" })
            }
            Err(Fault::Truncated) => "UnpicklingError".to_string(),
            Err(fault) => format!("{:?}Error", fault.class()),
        }
    }

    #[test]
    fn int_lines_are_read_as_cpython_reads_them() {
        let theirs = oracle::ask("pickle.loads(b'I' + x + b'\\n.')", ints());
        for (line, expected) in ints().zip(theirs) {
            assert_eq!(show(parse_int_line(line)), expected, "I{}", line.escape_ascii());
        }
    }

    #[test]
    fn long_lines_are_read_as_cpython_reads_them() {
        let theirs = oracle::ask("pickle.loads(b'L' + x + b'\\n.')", ints());
        for (line, expected) in ints().zip(theirs) {
            assert_eq!(show(parse_long_line(line)), expected, "L{}", line.escape_ascii());
        }
    }

    #[test]
    fn memo_indexes_are_read_as_cpython_reads_them() {
        // Nothing is in the memo: an index that can be read is one that cannot be found.
        let classes = oracle::ask("pickle.loads(b'g' + x + b'\\n.')", ints());
        let values = oracle::ask("int(x.split(b'\\0')[0], 10)", ints());
        for (line, (class, value)) in ints().zip(classes.into_iter().zip(values)) {
            match parse_decimal(line) {
                Ok(index) => assert_eq!((class.as_str(), index.to_string()), ("UnpicklingError", value)),
                Err(fault) => assert_eq!(show(Err(fault)), class, "g{}", line.escape_ascii()),
            }
        }
    }

    fn edges() -> Vec<i64> {
        let mut values = vec![0];
        for bit in 0..63 {
            let power = 1i64 << bit;
            values.extend([power - 1, power, power + 1, -power - 1, -power, -power + 1]);
        }
        values.extend([i64::MAX, i64::MIN, i64::MIN + 1]);
        values
    }

    #[test]
    fn twos_complement_is_that_of_cpython() {
        let theirs = oracle::ask("list(pickle.encode_long(int(x)))", edges().iter().map(ToString::to_string));
        for (value, expected) in edges().into_iter().zip(theirs) {
            let (bytes, len) = encode_i64(value);
            assert_eq!(format!("{:?}", &bytes[..len]), expected);
            assert_eq!(decode_i64(&bytes[..len]), Some(value));
            let mut long = bytes.to_vec();
            long.extend([if value < 0 { 0xff } else { 0 }; 9]);
            assert_eq!(minimal_len(&long), len);
            assert_eq!(decode_i64(&long), Some(value));
        }
    }

    #[test]
    fn twos_complement_may_be_longer_than_a_word() {
        assert_eq!(decode_i64(&[0, 0, 0, 0, 0, 0, 0, 0x80, 0]), None);
        assert_eq!(decode_i64(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff]), None);
        assert_eq!(minimal_len(&[0, 0, 0, 0, 0, 0, 0, 0x80, 0]), 9);
        assert_eq!(minimal_len(&[0; 20]), 0);
        assert_eq!(minimal_len(&[0xff; 20]), 1);
        assert_eq!(minimal_len(&[0x80, 0xff]), 1);
        assert_eq!(minimal_len(&[0x80, 0x00]), 2);
    }

    #[test]
    fn decimal_text_is_that_of_core() {
        for value in edges().into_iter().chain([7, 10, 99, 100, -10, -99, 1234567890123456789]) {
            assert_eq!(format_i64(value, &mut [0; 20]), value.to_string().as_bytes());
        }
    }
}
