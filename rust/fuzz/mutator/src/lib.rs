//! Mutates pickles as what they are, programs: opcodes come, go, move and get other arguments, and lengths stay true
//! most of the time. libFuzzer mutates bytes; a changed byte seldom makes another program that runs.

use mpickle_core::wire::opcode::{Argument, OPCODES, Opcode};
use std::ops::Range;

/// What mutates bytes without knowing what they are: how many there are, and how many there may be, to how many there
/// are then.
pub type Bytes<'a> = &'a dyn Fn(&mut [u8], usize, usize) -> usize;

/// Mutates the pickle in `data[..size]`; returns its size, which is no more than `max`.
pub fn mutate(data: &mut [u8], size: usize, max: usize, seed: u32, bytes: Bytes<'_>) -> usize {
    let mut random = Random(u64::from(seed) << 1 | 1);
    if random.below(4) == 0 {
        return bytes(data, size, max);
    }
    let mut program = Program::parse(&data[..size]);
    for _ in 0..=random.below(3) {
        program.change(&mut random, bytes);
    }
    if random.below(4) > 0 {
        program.frame();
    }
    let made = program.0.concat();
    if made.len() > max {
        return bytes(data, size, max);
    }
    data[..made.len()].copy_from_slice(&made);
    made.len()
}

/// Instructions, and at the end whatever is none.
struct Program(Vec<Vec<u8>>);

impl Program {
    fn parse(mut data: &[u8]) -> Self {
        let mut parts = Vec::new();
        while let Some(length) = instruction_length(data) {
            let (part, rest) = data.split_at(length);
            parts.push(part.to_vec());
            data = rest;
        }
        if !data.is_empty() {
            parts.push(data.to_vec());
        }
        Program(parts)
    }

    /// Makes one change.
    fn change(&mut self, random: &mut Random, bytes: Bytes<'_>) {
        let parts = &mut self.0;
        if parts.is_empty() {
            parts.extend([any_instruction(random), vec![b'.']]);
            return;
        }
        let place = random.below(parts.len());
        match random.below(12) {
            0 => drop(parts.drain(some(random, parts.len()))),
            1 => {
                let copies = parts[some(random, parts.len())].to_vec();
                parts.splice(place..place, copies);
            }
            2 => {
                let other = random.below(parts.len());
                parts.swap(place, other);
            }
            3 | 4 => parts.insert(place, any_instruction(random)),
            5 => parts[place] = any_instruction(random),
            6 => {
                let idiom = IDIOMS[random.below(IDIOMS.len())].to_vec();
                parts.splice(place..place, Program::parse(&idiom).0);
            }
            7 | 8 => {
                parts.splice(place..place, any_call(random));
            }
            9 => {
                let moved: Vec<_> = parts.drain(some(random, parts.len())).collect();
                let place = place.min(parts.len());
                parts.splice(place..place, moved);
            }
            _ => parts[place] = with_other_argument(&parts[place], random, bytes),
        }
    }

    /// Gives each FRAME the length of what follows it, up to the next.
    fn frame(&mut self) {
        let mut length = 0;
        for part in self.0.iter_mut().rev() {
            if part[0] == 0x95 && part.len() == 9 {
                part[1..].copy_from_slice(&(length as u64).to_le_bytes());
                length = 0;
            } else {
                length += part.len();
            }
        }
    }
}

/// A call of something with anything, as no pickler writes it; what comes of it stays, or goes.
fn any_call(random: &mut Random) -> Vec<Vec<u8>> {
    let pick = |from: &[&str], random: &mut Random| format!("c{}\n", from[random.below(from.len())]).into_bytes();
    let argument = |random: &mut Random| match random.below(4) {
        0 => LITERALS[random.below(LITERALS.len())].to_vec(),
        1 => pick(CALLABLES, random),
        _ => pick(THINGS, random),
    };
    let callable = if random.below(5) > 0 { pick(CALLABLES, random) } else { argument(random) };
    let arguments: Vec<_> = (0..random.below(5)).map(|_| argument(random)).collect();
    let two = [argument(random), argument(random)].concat();
    let mut call = match random.below(10) {
        0 => [callable, b"(".to_vec(), arguments.concat(), b"t\x81".to_vec()].concat(),
        1 => [b"(".to_vec(), callable, arguments.concat(), b"o".to_vec()].concat(),
        2 => [argument(random), b"(".to_vec(), arguments.concat(), b"e".to_vec()].concat(),
        3 => [argument(random), two, b"s".to_vec()].concat(),
        4 => [callable, two, b"\x92".to_vec()].concat(),
        _ => [callable, b"(".to_vec(), arguments.concat(), b"tR".to_vec()].concat(),
    };
    match random.below(6) {
        0 => call.extend([argument(random), b"b".to_vec()].concat()),
        1 => call.extend(b"\x94"),
        2 | 3 => call.push(b'0'),
        _ => {}
    }
    Program::parse(&call).0
}

/// Module and name of what can be called: tests/support/wild.py has the module `odd`.
const CALLABLES: &[&str] = &[
    "copyreg\n__newobj__",
    "copyreg\n__newobj_ex__",
    "copyreg\n_reconstructor",
    "_codecs\nencode",
    "functools\npartial",
    "array\n_array_reconstructor",
    "array\narray",
    "builtins\ngetattr",
    "builtins\ntype",
    "builtins\nobject",
    "builtins\nbytearray",
    "collections\ndeque",
    "collections\nOrderedDict",
    "sample\ngive",
    "sample\nCounted",
    "odd\nloads",
    "odd\nload",
    "odd\ndumps",
    "odd\ndump",
    "odd\ndis",
    "odd\nregister",
    "odd\ninject",
    "odd\nextend",
    "odd\nPickleBuffer",
    "odd\nBuffer",
    "odd\nPartial",
    "odd\nStandin",
    "odd\nPlaceholder",
    "odd\nPickler",
    "odd\nUnpickler",
    "odd\nbound",
    "odd\nmissing",
    "odd\nmember",
    "odd\nstandin",
    "odd\npickler.dump",
    "odd\npickler.clear_memo",
    "odd\npickler.__init__",
    "odd\npickler.memo.copy",
    "odd\npickler.memo.clear",
    "odd\nunpickler.load",
    "odd\nunpickler.__init__",
    "odd\nunpickler.memo.copy",
    "odd\nPickler.dump",
    "odd\nUnpickler.load",
    "odd\nUnpickler.memo",
    "odd\nbound.__setstate__",
    "odd\nbound.__reduce__",
    "odd\nbuffer.raw",
    "odd\nbuffer.release",
    "odd\nbuffer.__reduce_ex__",
    "odd\nBuffer.release",
    "odd\nPartial.__setstate__",
    "odd\nstandin.append",
    "odd\nstandin.add",
    "odd\nstandin.__setstate__",
    "odd\nStandin.append",
    "odd\nstandin.pairs",
];

/// Module and name of arguments.
const THINGS: &[&str] = &[
    "builtins\nobject",
    "builtins\nint",
    "builtins\nlist",
    "builtins\ntuple",
    "sample\nPlain",
    "sample\nBasket",
    "sample\nItems",
    "odd\nhuge",
    "odd\nlatin1",
    "odd\ni",
    "odd\nbytearray",
    "odd\npair",
    "odd\nitems",
    "odd\nnamed",
    "odd\nArray",
    "odd\narray",
    "odd\nplain",
    "odd\nangry",
    "odd\nlen",
    "odd\nbound",
    "odd\nbuffer",
    "odd\ninherited",
    "odd\npickler",
    "odd\nunpickler",
    "odd\nuninitialised",
    "odd\nmemo",
    "odd\nmissing",
    "odd\nstandin",
    "odd\nfile",
    "odd\nview",
];

/// Arguments of one or a few opcodes.
const LITERALS: &[&[u8]] = &[
    b"N",
    b"\x88",
    b"K\x05",
    b"J\xff\xff\xff\xff",
    b"\x8a\x09\0\0\0\0\0\0\0\0\x01",
    b"G\x3f\xf8\0\0\0\0\0\0",
    b"]",
    b"}",
    b")",
    b"\x8f",
    b"C\0",
    b"C\x02N.",
    b"C\x06]K\x01a0N.",
    b"\x8c\x01i",
    b"\x8c\x04memo",
    b"\x8c\x06latin1",
    b"\x8c\x0c__setstate__",
    b"\x8c\x08__init__",
    b"](K\x01K\x02e",
    b"}\x8c\x01aK\x02s",
    b"K\x01K\x02\x86",
    b"csample\nPlain\n)\x81",
    b"h\0",
    b"h\x01",
];

/// What is rare, or of no use in parts: memo entries, containers with items, reductions, state.
const IDIOMS: &[&[u8]] = &[
    b"\x80\x04\x95\0\0\0\0\0\0\0\0",
    b"\x94h\0",
    b"q\0h\0",
    b"r\0\0\x01\0j\0\0\x01\0",
    b"p3\ng3\n",
    b"](K\x01K\x02e",
    b"}(K\x01K\x02u",
    b"\x8f(K\x01K\x02\x90",
    b"(K\x01\x91",
    b"(N1",
    b"N0",
    b"csample\nPlain\n)\x81}X\x01\0\0\0xK\x05sb",
    b"csample\nPlain\n)\x81N}X\x01\0\0\0xK\x05s\x86b",
    b"csample\nBasket\n)R(K\x01K\x02e(K\x03K\x04u",
    b"csample\ngive\n(K\x01K\x02tR",
    b"(csample\nCounted\nK\x01o",
    b"(K\x01isample\nCounted\n",
    b"csample\nCounted\n)}\x92",
    b"cbuiltins\nbytearray\nC\x02ab\x85R",
    b"ccollections\nOrderedDict\n)R(K\x01K\x02u",
    b"ccollections\ndeque\n)K\x05\x86R(K\x01e",
    b"c_codecs\nencode\nX\x02\0\0\0abX\x06\0\0\0latin1\x86R",
    b"ccopy_reg\n_reconstructor\n(csample\nPlain\nc__builtin__\nobject\nNtR",
    b"cfunctools\npartial\ncsample\ngive\n\x85R(csample\ngive\n)}Ntb",
    b"carray\n_array_reconstructor\n(carray\narray\nX\x01\0\0\0iK\x08C\x04abcdtR",
    b"\x82\x01",
    b"\x97\x98",
    b"K\x01Q",
    b"Pid\n",
];

/// Arguments that are lines.
const LINES: &[&str] = &[
    "0",
    "1",
    "-1",
    "00",
    "01",
    "7L",
    "-5L",
    "0x1f",
    "99999999999999999999",
    "1.5",
    "-inf",
    "nan",
    "1e999",
    "'text'",
    "\"it's\"",
    "'\\x41\\n\\u0041'",
    "\\u20ac\\U0001f600",
    "\\ud800",
    "id",
    "sample",
    "Plain",
    "builtins",
    "Outer.Inner",
    "collections",
    "OrderedDict",
    "copyreg",
    "getattr",
    "no",
    "",
];

/// Numbers at the ends of ranges.
const NUMBERS: &[u64] = &[0, 1, 2, 3, 5, 127, 128, 255, 256, 1000, 65535, 65536, 1 << 31, (1 << 32) - 1, 1 << 63, !0];

fn any_instruction(random: &mut Random) -> Vec<u8> {
    let opcode = OPCODES[random.below(OPCODES.len())];
    [vec![opcode.code], any_argument(opcode.argument, random)].concat()
}

fn any_argument(argument: Argument, random: &mut Random) -> Vec<u8> {
    let width = usize::from(argument.width());
    match kind(argument) {
        Kind::Number => number(random).to_le_bytes()[..width].to_vec(),
        Kind::Lines(count) => (0..count).flat_map(|_| line(random)).collect(),
        Kind::Counted => {
            let text: Vec<u8> = match random.below(8) {
                0 => vec![b'z'; random.below(700)],
                1 => vec![0xff; random.below(12)],
                _ => LINES[random.below(LINES.len())].as_bytes().to_vec(),
            };
            counted(width, &text)
        }
    }
}

fn line(random: &mut Random) -> Vec<u8> {
    [LINES[random.below(LINES.len())].as_bytes(), b"\n"].concat()
}

fn number(random: &mut Random) -> u64 {
    match random.below(2) {
        0 => random.below(20) as u64,
        _ => NUMBERS[random.below(NUMBERS.len())],
    }
}

fn counted(width: usize, text: &[u8]) -> Vec<u8> {
    let text = &text[..text.len().min(if width == 1 { 255 } else { usize::MAX })];
    [&(text.len() as u64).to_le_bytes()[..width], text].concat()
}

/// The same opcode with something else after it.
fn with_other_argument(part: &[u8], random: &mut Random, bytes: Bytes<'_>) -> Vec<u8> {
    let Some(opcode) = opcode_of(part) else { return any_instruction(random) };
    let width = usize::from(opcode.argument.width());
    let argument = match kind(opcode.argument) {
        Kind::Counted if random.below(4) > 0 => {
            let mut text = part.get(1 + width..).unwrap_or_default().to_vec();
            let size = text.len();
            text.resize(size + 64, 0);
            let size = bytes(&mut text, size, size + 64);
            match random.below(8) {
                0 => [&number(random).to_le_bytes()[..width], &text[..size]].concat(),
                _ => counted(width, &text[..size]),
            }
        }
        _ => any_argument(opcode.argument, random),
    };
    [&part[..1], &argument].concat()
}

/// What an argument consists of.
enum Kind {
    Number,
    Lines(usize),
    /// A number of bytes, and those.
    Counted,
}

fn kind(argument: Argument) -> Kind {
    match argument {
        Argument::None | Argument::Uint1 | Argument::Uint2 | Argument::Int4 | Argument::Uint4 => Kind::Number,
        Argument::Uint8 | Argument::Float8 => Kind::Number,
        Argument::StringnlNoescapePair => Kind::Lines(2),
        _ if argument.width() == 0 => Kind::Lines(1),
        _ => Kind::Counted,
    }
}

fn opcode_of(part: &[u8]) -> Option<&'static Opcode> {
    static TABLE: [Opcode; OPCODES.len()] = OPCODES;
    TABLE.iter().find(|opcode| part.first() == Some(&opcode.code))
}

/// How long the instruction is with which `data` begins, if it does.
fn instruction_length(data: &[u8]) -> Option<usize> {
    let argument = opcode_of(data)?.argument;
    let width = usize::from(argument.width());
    let line = |from: usize| data.get(from..)?.iter().position(|&byte| byte == b'\n').map(|end| from + end + 1);
    let length = match kind(argument) {
        Kind::Number => 1 + width,
        Kind::Lines(1) => line(1)?,
        Kind::Lines(_) => line(line(1)?)?,
        Kind::Counted => {
            let count = data.get(1..1 + width)?.iter().rfold(0, |number: usize, &byte| number << 8 | usize::from(byte));
            count.checked_add(1 + width)?
        }
    };
    (length <= data.len()).then_some(length)
}

/// A short range.
fn some(random: &mut Random, length: usize) -> Range<usize> {
    let start = random.below(length);
    start..length.min(start + 1 + random.below(8))
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }
}

/// For a firmware, in which libFuzzer finds it by its name.
#[cfg(feature = "firmware")]
mod firmware {
    unsafe extern "C" {
        fn LLVMFuzzerMutate(data: *mut u8, size: usize, max: usize) -> usize;
    }

    /// # Safety
    /// `data` has room for `max` bytes, of which `size` are there.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn LLVMFuzzerCustomMutator(data: *mut u8, size: usize, max: usize, seed: u32) -> usize {
        // SAFETY: as libFuzzer promises.
        let data = unsafe { std::slice::from_raw_parts_mut(data, max) };
        // SAFETY: what is asked for is in a slice of so many bytes.
        let bytes = |data: &mut [u8], size, max| unsafe { LLVMFuzzerMutate(data.as_mut_ptr(), size, max) };
        super::mutate(data, size, max, seed, &bytes)
    }
}
