//! Floats as text, the argument of FLOAT in protocol 0. (Later protocols carry the eight bytes.)
//!
//! Both directions are exact for every input. They use no floating-point arithmetic, which would pull a software
//! library into the firmware of most microcontrollers, and no tables, but integers of any length:
//! [`format_float`] generates digits as Steele and White do ("How to print floating-point numbers
//! accurately", 1990), and [`parse_float`] is a long division.

use crate::error::Fault;
use core::cmp::Ordering;
use heapless::Vec;

/// The bits of a double that hold its significand.
const FRACTION_BITS: u32 = 52;
/// The bit of the significand that is not stored. It is 1 but for subnormal numbers.
const HIDDEN_BIT: u64 = 1 << FRACTION_BITS;
/// The exponent field of infinity and NaN.
const SPECIAL: u32 = 0x7ff;
/// The lowest bit of the smallest numbers weighs 2 to this power.
const MIN_POWER: i32 = -1074;
const SIGN_BIT: u64 = 1 << 63;
const INFINITY: u64 = (SPECIAL as u64) << FRACTION_BITS;
const NAN: u64 = INFINITY | HIDDEN_BIT >> 1;

/// Appends what Python's `repr` makes of the float with these bits: the fewest digits that are read
/// back as the same float and, of those, the nearest. It has 24 characters at most.
pub fn format_float(bits: u64, out: &mut Vec<u8, 32>) {
    let fraction = bits & (HIDDEN_BIT - 1);
    let exponent = (bits >> FRACTION_BITS) as u32 & SPECIAL;
    if exponent == SPECIAL && fraction != 0 {
        return append(out, b"nan");
    }
    if bits & SIGN_BIT != 0 {
        append(out, b"-");
    }
    match (exponent, fraction) {
        (SPECIAL, _) => append(out, b"inf"),
        (0, 0) => append(out, b"0.0"),
        _ => {
            let (digits, point) = shortest_digits(exponent, fraction);
            lay_out(&digits, point, out);
        }
    }
}

fn append(out: &mut Vec<u8, 32>, text: &[u8]) {
    // There is room for every float.
    let _ = out.extend_from_slice(text);
}

/// The digits of a positive number, and how many of them stand before the point.
#[inline(never)] // or else a caller has 1 kB of numbers in its frame
fn shortest_digits(exponent: u32, fraction: u64) -> (Vec<u8, 20>, i32) {
    let significand = if exponent == 0 { fraction } else { fraction | HIDDEN_BIT };
    let power = exponent.max(1) as i32 - 1 + MIN_POWER;
    // Above a power of two, floats are twice as far apart as below it.
    let above = if fraction == 0 && exponent > 1 { 2 } else { 1 };

    // The number is rest / unit. Half-way to the next float below is margin / unit away.
    let mut rest = Big::new(significand << above);
    let mut margin = Big::new(1);
    let mut unit = Big::new(1 << above);
    // The number of digits before the point, or one less: 78913 / 2^18 is log10(2).
    let log2 = significand.checked_ilog2().unwrap_or(0) as i32 + power;
    let mut point = ((log2 * 78913) >> 18) + 1;
    for big in [&mut rest, &mut margin] {
        big.scale(2, power);
        big.scale(10, -point);
    }
    unit.scale(2, -power);
    unit.scale(10, point);

    // What lies half-way between two floats is read as the even one.
    let even = significand % 2 == 0;
    let reaches = |order: Ordering| order.is_gt() || (even && order.is_eq());
    let mut digits = Vec::new();
    let mut up = reaches(compare(&rest, above, &margin, &unit));
    if up {
        point += 1;
    } else {
        rest.multiply_add(10, 0);
        margin.multiply_add(10, 0);
    }
    loop {
        let mut digit = b'0';
        while rest.subtract(&unit) {
            digit += 1;
        }
        // Is the number with this digit for its last close enough, or with the next digit?
        let down = reaches(compare(&margin, 0, &margin, &rest));
        up = reaches(compare(&rest, above, &margin, &unit));
        let nearer_up = match compare(&rest, 1, &rest, &unit) {
            Ordering::Less => false,
            Ordering::Equal => digit % 2 == 1,
            Ordering::Greater => true,
        };
        if up && (nearer_up || !down) {
            digit += 1;
        }
        if digits.push(digit).is_err() || up || down {
            return (digits, point);
        }
        rest.multiply_add(10, 0);
        margin.multiply_add(10, 0);
    }
}

/// Appends digits and their point, from 0.0001 up to 1e16 as they are, beyond with an exponent.
fn lay_out(digits: &[u8], point: i32, out: &mut Vec<u8, 32>) {
    let scientific = !(-3..=16).contains(&point);
    let before = if scientific { 1 } else { point };
    if before <= 0 {
        append(out, b"0.");
    }
    for _ in before..0 {
        append(out, b"0");
    }
    for (at, &digit) in (0..).zip(digits) {
        if at == before && at > 0 {
            append(out, b".");
        }
        append(out, &[digit]);
    }
    if scientific {
        append(out, if point > 0 { b"e+" } else { b"e-" });
        let exponent = (point - 1).unsigned_abs();
        if exponent > 99 {
            append(out, &[last_digit(exponent / 100)]);
        }
        return append(out, &[last_digit(exponent / 10), last_digit(exponent)]);
    }
    let len = digits.len() as i32;
    for _ in len..before {
        append(out, b"0");
    }
    if len <= before {
        append(out, b".0");
    }
}

fn last_digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

/// Reads FLOAT's argument, without its newline: the bits of the nearest float.
///
/// Takes what `PyOS_string_to_double` takes: digits with an optional sign, point and exponent, infinity and
/// NaN, but neither white space nor underscores. What is too large for a float is an error. A NUL ends the text.
pub fn parse_float(line: &[u8]) -> Result<u64, Fault> {
    if line.is_empty() {
        return Err(Fault::Truncated);
    }
    let text = line.split(|&byte| byte == 0).next().unwrap_or_default();
    let (sign, text) = match text {
        [b'-', rest @ ..] => (SIGN_BIT, rest),
        [b'+', rest @ ..] => (0, rest),
        _ => (0, text),
    };
    let is = |word: &[u8]| text.eq_ignore_ascii_case(word);
    let magnitude = if is(b"inf") || is(b"infinity") {
        INFINITY
    } else if is(b"nan") {
        NAN
    } else {
        nearest_float(text)?
    };
    Ok(sign | magnitude)
}

/// The bits of the float nearest to a number without sign.
#[inline(never)] // or else a caller has 1 kB of numbers in its frame
fn nearest_float(text: &[u8]) -> Result<u64, Fault> {
    let mut number = Decimal { digits: Big::new(0), exponent: 0, count: 0 };
    number.read(text)?;
    number.nearest_float()
}

/// The number `digits` × 10^`exponent`.
struct Decimal {
    digits: Big,
    exponent: i32,
    /// How many digits there are, from the first that is not 0.
    count: i32,
}

impl Decimal {
    /// No float, nor the middle between two, has more digits than these; of more it only matters whether they
    /// are all 0.
    const MAX_DIGITS: i32 = 768;

    fn read(&mut self, text: &[u8]) -> Result<(), Fault> {
        let mut any = false;
        let mut point = false;
        let mut lost = false;
        let mut rest = text;
        while let [byte, tail @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    let kept = self.push(byte & 0xf);
                    lost |= !kept && *byte != b'0';
                    self.shift(i32::from(!kept) - i32::from(point));
                }
                b'.' if !point => point = true,
                b'e' | b'E' => {
                    self.shift(parse_exponent(tail)?);
                    break;
                }
                _ => return Err(Fault::BadFloat),
            }
            rest = tail;
        }
        if lost {
            // Any digit but 0 will do for those that were lost.
            self.digits.multiply_add(10, 1);
            self.count += 1;
            self.shift(-1);
        }
        if any { Ok(()) } else { Err(Fault::BadFloat) }
    }

    /// Multiplies by a power of ten.
    fn shift(&mut self, exponent: i32) {
        self.exponent = self.exponent.saturating_add(exponent);
    }

    /// Appends a digit if there are not too many.
    fn push(&mut self, digit: u8) -> bool {
        if self.count >= Self::MAX_DIGITS {
            return false;
        }
        if self.count > 0 || digit > 0 {
            self.digits.multiply_add(10, digit.into());
            self.count += 1;
        }
        true
    }

    /// The bits of the nearest float.
    fn nearest_float(&mut self) -> Result<u64, Fault> {
        // The number is below 10^point and not below a tenth of that.
        let point = self.exponent.saturating_add(self.count);
        if self.count == 0 || point < -323 {
            return Ok(0);
        }
        if point > 309 {
            return Err(Fault::FloatTooLarge);
        }
        let mut divisor = Big::new(1);
        self.digits.scale(5, self.exponent);
        divisor.scale(5, -self.exponent);
        divide(&mut self.digits, &mut divisor, self.exponent)
    }
}

/// The float nearest to `rest` / `divisor` × 2^`exponent`.
fn divide(rest: &mut Big, divisor: &mut Big, exponent: i32) -> Result<u64, Fault> {
    let shift = divisor.bits() - rest.bits();
    rest.scale(2, shift);
    divisor.scale(2, -shift);
    // Bit by bit, to a quotient of 64. The first two cannot both be 0.
    let mut quotient = 0u64;
    let mut power = exponent - shift + 1;
    while quotient & SIGN_BIT == 0 {
        quotient = quotient << 1 | u64::from(rest.subtract(divisor));
        rest.multiply_add(2, 0);
        power -= 1;
    }
    round(quotient, power, rest.bits() > 0)
}

/// What follows the `e`; far too large numbers become merely large ones.
fn parse_exponent(text: &[u8]) -> Result<i32, Fault> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Fault::BadFloat);
    }
    let shift = |value: i32, digit: &u8| value.saturating_mul(10).saturating_add((digit & 0xf).into());
    let value = digits.iter().fold(0, shift);
    Ok(if negative { -value } else { value })
}

/// The float nearest to `significand` × 2^`power`, the significand having 64 bits and `more` telling
/// whether there is something behind them. Of two that are equally near it is the even one.
fn round(significand: u64, power: i32, more: bool) -> Result<u64, Fault> {
    let lowest = (power + (u64::BITS - FRACTION_BITS - 1) as i32).max(MIN_POWER);
    // Bit by bit, since small processors shift no 64 bits.
    let half = (0..(lowest - power - 1).min(64)).fold(significand, |half, _| half >> 1);
    let more = more || (significand.trailing_zeros() as i32) < lowest - power - 1;
    let rounded = (half >> 1) + u64::from(half & 1 == 1 && (more || half & 2 != 0));
    // The hidden bit, where there is one, adds the 1 that the exponent field has to be more.
    let bits = rounded + (((lowest - MIN_POWER) as u64) << FRACTION_BITS);
    if bits < INFINITY { Ok(bits) } else { Err(Fault::FloatTooLarge) }
}

/// A natural number that is as long as the reading of floats needs at most: 769 digits over 5^1092 are 2555
/// bits, and two more for the division.
struct Big {
    /// The lowest first; 0 from `len` on.
    limbs: [u32; Big::LIMBS],
    len: usize,
}

impl Big {
    const LIMBS: usize = 81;

    #[inline(never)] // it is called in many places
    fn new(value: u64) -> Self {
        let mut limbs = [0; Big::LIMBS];
        let [low, high, ..] = &mut limbs;
        (*low, *high) = (value as u32, (value >> 32) as u32);
        Big { limbs, len: 2 }
    }

    /// How many bits there are from the highest that is 1.
    #[inline(never)] // it is called in many places
    fn bits(&self) -> i32 {
        let top = (0..).zip(&self.limbs).filter(|(_, limb)| **limb > 0).last();
        top.map_or(0, |(at, &limb): (i32, _)| at * 32 + 32 - limb.leading_zeros() as i32)
    }

    /// Multiplies by a number and adds another.
    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = summand;
        for limb in self.limbs.iter_mut().take(self.len) {
            let product = u64::from(*limb) * u64::from(factor) + u64::from(carry);
            (*limb, carry) = (product as u32, (product >> 32) as u32);
        }
        if let Some(limb) = self.limbs.get_mut(self.len).filter(|_| carry > 0) {
            *limb = carry;
            self.len += 1;
        }
    }

    /// Multiplies by `base`, at most 10, to a power; does nothing if the exponent is negative.
    #[inline(never)] // it is called in many places
    fn scale(&mut self, base: u32, exponent: i32) {
        let mut left = exponent;
        while left > 0 {
            let step = left.min(9);
            self.multiply_add(base.pow(step as u32), 0);
            left -= step;
        }
    }

    /// Subtracts `other` if it is not larger, and tells.
    #[inline(never)] // it is called in many places
    fn subtract(&mut self, other: &Big) -> bool {
        if compare(self, 0, self, other).is_lt() {
            return false;
        }
        let mut borrow = false;
        for (limb, &subtrahend) in self.limbs.iter_mut().zip(&other.limbs).take(self.len) {
            let (difference, borrowed) = limb.overflowing_sub(subtrahend);
            let (difference, borrowed_more) = difference.overflowing_sub(borrow.into());
            (*limb, borrow) = (difference, borrowed | borrowed_more);
        }
        true
    }
}

/// Compares `a` + `factor` × `b` with `c`. The factor is small.
fn compare(a: &Big, factor: i64, b: &Big, c: &Big) -> Ordering {
    let len = a.len.max(b.len).max(c.len);
    let mut carry = 0i64;
    let mut differ = false;
    for ((&a, &b), &c) in a.limbs.iter().zip(&b.limbs).zip(&c.limbs).take(len) {
        let sum = i64::from(a) + factor * i64::from(b) - i64::from(c) + carry;
        differ |= sum as u32 != 0;
        carry = sum >> 32;
    }
    // The carry is the sign, or what overflows the longest of the three.
    if differ && carry == 0 { Ordering::Greater } else { carry.cmp(&0) }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::wire::oracle;
    use std::string::{String, ToString};
    use std::vec::Vec;
    use std::{format, vec};

    /// The bits of floats: powers of two and of ten with their neighbours, and a spread of others.
    fn floats() -> Vec<u64> {
        let mut all = vec![NAN, NAN | SIGN_BIT, 0];
        let powers = (0..2047).step_by(3).map(|exponent| exponent << FRACTION_BITS);
        let tens = (-324..309).step_by(2).map(|exponent| format!("1e{exponent}").parse::<f64>().unwrap().to_bits());
        for bits in powers.chain((0..52).map(|bit| 1 << bit)).chain(tens) {
            all.extend((bits.saturating_sub(1)..=bits + 1).filter(|bits| *bits < INFINITY));
        }
        all.extend([INFINITY, INFINITY | SIGN_BIT, INFINITY - 1, SIGN_BIT, SIGN_BIT | 1]);
        let mut random = Random(1);
        all.extend((0..5000).map(|_| random.next()).filter(|bits| bits & INFINITY != INFINITY));
        all.extend((0..1000).map(|_| (random.next() as i64 as f64 / 1e12).to_bits()));
        all.extend((0..1000).map(|at| (f64::from(at) / 100.0).to_bits()));
        all
    }

    /// A linear congruential generator, high bits first.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            let mut word = || {
                self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                self.0 >> 32
            };
            word() << 32 | word()
        }

        fn below(&mut self, limit: u64) -> u64 {
            self.next() % limit
        }
    }

    fn show(bits: u64) -> String {
        let mut out = heapless::Vec::new();
        format_float(bits, &mut out);
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn floats_are_written_as_cpython_writes_them() {
        let cases = floats();
        let theirs = oracle::ask("pickle.loads(b'G' + x + b'.')", cases.iter().map(|bits| bits.to_be_bytes()));
        for (bits, expected) in cases.into_iter().zip(theirs) {
            assert_eq!(show(bits), expected, "{bits:016x}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for bits in floats().into_iter().filter(|bits| bits & !SIGN_BIT <= INFINITY) {
            assert_eq!(parse_float(show(bits).as_bytes()), Ok(bits), "{bits:016x}");
        }
    }

    fn check_reading(cases: &[Vec<u8>]) {
        let theirs = oracle::ask("__import__('struct').pack('>d', pickle.loads(b'F' + x + b'\\n.')).hex()", cases);
        for (case, expected) in cases.iter().zip(theirs) {
            let ours = match parse_float(case) {
                Ok(bits) => format!("'{bits:016x}'"),
                Err(fault) => format!("{:?}Error", fault.class()),
            };
            assert_eq!(ours, expected, "F{}", case.escape_ascii());
        }
    }

    #[test]
    fn the_grammar_is_that_of_cpython() {
        let parts =
            ["0", "12", ".", "e", "E5", "-", "+", "_", " ", "inf", "NaN", "infinity", "x", "\0", "\r", "L", "p", ","];
        let mut cases = Vec::new();
        for a in parts {
            for b in parts {
                cases.extend(parts.map(|c| [a, b, c].concat().into_bytes()));
                cases.extend(parts.map(|c| [a, b, c, "7"].concat().into_bytes()));
            }
            cases.push(a.as_bytes().to_vec());
        }
        let words = "infinit|INF|-Infinity|+nan|-NAN|nan(1)|infx|0x1p3|\u{661}|--1|1e|1e+|1e5.|1.e5|.5e-7";
        cases.extend(words.split('|').map(|case| case.as_bytes().to_vec()));
        cases.push(vec![0xff]);
        check_reading(&cases);
    }

    #[test]
    fn edges_are_read_as_cpython_reads_them() {
        let zeros = "0".repeat(900);
        let nines = "9".repeat(900);
        let cases = "1.7976931348623157e308|1.7976931348623158e308|1.7976931348623159e308|1.797693134862315807e308|\
            1.797693134862315808e308|179769313486231580793728971405301e276|1e308|1e309|-1e309|9e307|1e310|\
            0.1e310|1e99999999999999999999|0e99999999999999999999|1e-99999999999999999999|1e2147483647|\
            1e-2147483648|1e-2147483649|4.9e-324|5e-324|2.5e-324|2.47e-324|2.4703282292062327e-324|\
            2.4703282292062328e-324|2.4e-324|1e-323|1e-324|1e-325|7.4e-324|7.5e-324|2.2250738585072014e-308|\
            2.2250738585072011e-308|2.225073858507201e-308|2.2250738585072009e-308|9007199254740993|\
            9007199254740992.9999999999999|9007199254740993.00000000000000000001|9007199254740995|\
            18014398509481990|1e22|1e23|8.5e22|123456789012345678901234567890|1e0000000000000000000005|\
            00000001e5|0.000000e-5|-0|-0.0e7";
        let mut all: Vec<Vec<u8>> = cases.split('|').map(|case| case.as_bytes().to_vec()).collect();
        for text in [
            format!("1{zeros}e-900"),
            format!("0.{zeros}1e901"),
            format!("{zeros}1.5"),
            format!("{nines}e-900"),
            format!("0.{nines}"),
            nines.clone(),
            format!("1.{zeros}{zeros}1"),
            format!("9007199254740993.{zeros}"),
            format!("9007199254740993.{zeros}1"),
            format!("9007199254740993{zeros}{zeros}e-1800"),
            format!("9007199254740993{zeros}{zeros}1e-1801"),
            format!("{nines}e-{nines}"),
            format!("1{zeros}e-1224"),
            format!("247{zeros}e-1226"),
            format!("248{zeros}e-1226"),
            format!("0.{zeros}{zeros}"),
        ] {
            all.push(text.into_bytes());
        }
        check_reading(&all);
    }

    #[test]
    fn middles_between_floats_are_read_as_cpython_reads_them() {
        // The middle exactly, and a little less and more, of which the last digit alone may tell.
        let script = "
import sys, struct
from decimal import Decimal, getcontext
getcontext().prec = 1000
for line in sys.stdin.read().split():
    low, high = (Decimal(struct.unpack('>d', (int(line) + i).to_bytes(8, 'big'))[0]) for i in (0, 1))
    middle = format((low + high) / 2, 'e')
    digits, exponent = middle.split('e')
    print(middle, digits + '1e' + exponent, digits[:-1] + str(int(digits[-1]) - 1) + '9e' + exponent, digits[:400] + 'e' + exponent,
        digits + '0' * 400 + '1e' + exponent, sep='\\n')
";
        let mut random = Random(2);
        let mut bits: Vec<u64> = (0..200).map(|_| random.below(INFINITY - 1)).collect();
        bits.extend((0..100).map(|_| random.below(HIDDEN_BIT)));
        bits.extend((0..2046).step_by(15).map(|exponent| exponent << FRACTION_BITS));
        bits.extend((0..2046).step_by(15).map(|exponent| (exponent << FRACTION_BITS) + HIDDEN_BIT - 1));
        let input: Vec<String> = bits.iter().map(ToString::to_string).collect();
        let cases: Vec<Vec<u8>> =
            oracle::run(script, input.join(" ").as_bytes()).into_iter().map(String::into_bytes).collect();
        assert_eq!(cases.len(), bits.len() * 5);
        check_reading(&cases);
    }

    #[test]
    fn digits_of_any_number_are_read_as_cpython_reads_them() {
        let mut random = Random(3);
        let mut cases = Vec::new();
        for _ in 0..2000 {
            let mut digits: String = (0..=random.below(40)).map(|_| (b'0' + random.below(10) as u8) as char).collect();
            if random.below(2) == 0 {
                digits.insert(random.below(digits.len() as u64) as usize, '.');
            }
            let exponent = random.below(700) as i64 - 360;
            cases.push(format!("{digits}e{exponent}").into_bytes());
        }
        check_reading(&cases);
    }
}
