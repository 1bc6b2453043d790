//! The opcodes of pickle, each defined once.
//!
//! A pickle is a program for a small stack machine. Every instruction is one byte, the opcode, and
//! at most one argument that follows it; [`Argument`] says in which form. The names, codes and
//! argument forms are those of CPython's `Lib/pickletools.py`. "Top" below is the top of the stack,
//! and "the items" are what lies above the topmost mark, which goes away with them.

use crate::packed;
use crate::packed::{CString, Packed, longest};

macro_rules! arguments {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The form of an opcode's argument. All numbers are little-endian unless said otherwise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Argument {
            $($(#[$doc])* $variant,)*
        }

        impl Argument {
            /// What `pickletools` calls this form; empty for [`Argument::None`].
            pub const fn name(self) -> &'static str {
                match self { $(Argument::$variant => $name,)* }
            }
        }
    };
}

arguments! {
    /// No argument.
    None = "";
    /// One byte, unsigned.
    Uint1 = "uint1";
    /// Two bytes, unsigned.
    Uint2 = "uint2";
    /// Four bytes, signed.
    Int4 = "int4";
    /// Four bytes, unsigned.
    Uint4 = "uint4";
    /// Eight bytes, unsigned.
    Uint8 = "uint8";
    /// An IEEE 754 double, big-endian.
    Float8 = "float8";
    /// A line of text: an integer; `00` and `01` may stand for bools.
    DecimalnlShort = "decimalnl_short";
    /// A line of text: an integer that may end in `L`.
    DecimalnlLong = "decimalnl_long";
    /// A line of text: a float as `repr` writes it.
    Floatnl = "floatnl";
    /// A line of text: a quoted Python 2 string with escapes.
    Stringnl = "stringnl";
    /// A line of text, taken as it stands.
    StringnlNoescape = "stringnl_noescape";
    /// Two lines of text, taken as they stand: module and name.
    StringnlNoescapePair = "stringnl_noescape_pair";
    /// A line of text in raw-unicode-escape.
    Unicodestringnl = "unicodestringnl";
    /// A Python 2 string after its length in one byte.
    String1 = "string1";
    /// A Python 2 string after its length in four bytes, signed.
    String4 = "string4";
    /// Bytes after their number in one byte.
    Bytes1 = "bytes1";
    /// Bytes after their number in four bytes, unsigned.
    Bytes4 = "bytes4";
    /// Bytes after their number in eight bytes, unsigned.
    Bytes8 = "bytes8";
    /// The bytes of a `bytearray` after their number in eight bytes, unsigned.
    Bytearray8 = "bytearray8";
    /// UTF-8, surrogates allowed, after its length in bytes in one byte.
    Unicodestring1 = "unicodestring1";
    /// UTF-8, surrogates allowed, after its length in bytes in four bytes, unsigned.
    Unicodestring4 = "unicodestring4";
    /// UTF-8, surrogates allowed, after its length in bytes in eight bytes, unsigned.
    Unicodestring8 = "unicodestring8";
    /// A two's complement integer after its length in one byte.
    Long1 = "long1";
    /// A two's complement integer after its length in four bytes, signed.
    Long4 = "long4";
}

impl Argument {
    /// How many bytes the number takes that the argument is, or begins with; 0 where it is text.
    pub const fn width(self) -> u8 {
        match self {
            Argument::Uint1 | Argument::String1 | Argument::Bytes1 | Argument::Unicodestring1 | Argument::Long1 => 1,
            Argument::Uint2 => 2,
            Argument::Int4
            | Argument::Uint4
            | Argument::String4
            | Argument::Bytes4
            | Argument::Unicodestring4
            | Argument::Long4 => 4,
            Argument::Uint8 | Argument::Float8 | Argument::Bytes8 | Argument::Bytearray8 | Argument::Unicodestring8 => {
                8
            }
            _ => 0,
        }
    }
}

/// All that is known of an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opcode {
    /// Its name in `pickletools`.
    pub name: &'static str,
    /// The byte that stands for it in a pickle.
    pub code: u8,
    /// The form of what follows that byte.
    pub argument: Argument,
    /// The protocol that introduced it.
    pub protocol: u8,
    /// What it does to the stack. That MARK pushes a mark is not told.
    pub effect: Effect,
}

/// What an opcode takes from the stack and puts there, and the protocol that introduced it, in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect(u8);

impl Effect {
    /// In the table: the items.
    const ITEMS: u8 = 1 << 2;

    /// How many objects it takes, apart from the items; they lie below the mark.
    pub const fn takes(self) -> usize {
        (self.0 & 3) as usize
    }

    /// Whether it takes the items and their mark.
    pub const fn takes_items(self) -> bool {
        self.0 & Self::ITEMS != 0
    }

    /// How many objects it pushes.
    pub const fn pushes(self) -> usize {
        (self.0 >> 3 & 3) as usize
    }

    /// As in [`Opcode`].
    pub const fn protocol(self) -> u8 {
        self.0 >> 5
    }
}

macro_rules! items {
    (items) => {
        Effect::ITEMS
    };
}

macro_rules! opcodes {
    ($(#[doc = $doc:literal] $name:ident = $code:literal, $argument:ident, $protocol:literal,
        [$takes:literal $(+ $items:ident)? => $pushes:literal];)*) => {
        $(#[doc = $doc] pub const $name: u8 = $code;)*

        /// Every opcode, for disassemblers and tests.
        pub const OPCODES: [Opcode; 68] = [$(Opcode {
            name: stringify!($name),
            code: $code,
            argument: Argument::$argument,
            protocol: $protocol,
            effect: Effect($takes $(| items!($items))? | $pushes << 3 | $protocol << 5),
        },)*];

        /// Codes and names in one order.
        static CODES: [u8; 68] = [$($code,)*];
        const NAMES: &[&str] = &[$(concat!(stringify!($name), "|"),)*];
    };
}

opcodes! {
    // Protocol 0: text.
    /// Pushes an integer written as text, or a bool written as `00` or `01`.
    INT = b'I', DecimalnlShort, 0, [0 => 1];
    /// Pushes an integer written as text with an `L` behind it.
    LONG = b'L', DecimalnlLong, 0, [0 => 1];
    /// Pushes a float written as text.
    FLOAT = b'F', Floatnl, 0, [0 => 1];
    /// Pushes a Python 2 `str` written as a quoted literal.
    STRING = b'S', Stringnl, 0, [0 => 1];
    /// Pushes a str written in raw-unicode-escape.
    UNICODE = b'V', Unicodestringnl, 0, [0 => 1];
    /// Pushes `None`.
    NONE = b'N', None, 0, [0 => 1];
    /// Pushes a list of the items.
    LIST = b'l', None, 0, [0 + items => 1];
    /// Pushes a tuple of the items.
    TUPLE = b't', None, 0, [0 + items => 1];
    /// Pushes a dict of the items, which are keys and values by turns.
    DICT = b'd', None, 0, [0 + items => 1];
    /// Pops a value and appends it to the list that is then top.
    APPEND = b'a', None, 0, [2 => 1];
    /// Pops a value and a key and stores them in the dict that is then top.
    SETITEM = b's', None, 0, [3 => 1];
    /// Pops and forgets one value, or the mark if that is top.
    POP = b'0', None, 0, [1 => 0];
    /// Pushes top once more.
    DUP = b'2', None, 0, [1 => 2];
    /// Pushes a mark, where the items of a later opcode begin.
    MARK = b'(', None, 0, [0 => 0];
    /// Pushes the memo's value at an index written as text.
    GET = b'g', DecimalnlShort, 0, [0 => 1];
    /// Stores top in the memo at an index written as text.
    PUT = b'p', DecimalnlShort, 0, [0 => 0];
    /// Pushes what a module calls by a name; both follow as text.
    GLOBAL = b'c', StringnlNoescapePair, 0, [0 => 1];
    /// Pops a tuple and a callable and pushes what the call with those arguments returns.
    REDUCE = b'R', None, 0, [2 => 1];
    /// Pops a state and gives it to the object that is then top.
    BUILD = b'b', None, 0, [2 => 1];
    /// Pushes an instance of a class named as text, made from the items as arguments.
    INST = b'i', StringnlNoescapePair, 0, [0 + items => 1];
    /// Pushes what the application keeps under an identity written as text.
    PERSID = b'P', StringnlNoescape, 0, [0 => 1];
    /// Ends the pickle; its value is top.
    STOP = b'.', None, 0, [1 => 0];

    // Protocol 1: binary forms of the above, and several items at once.
    /// Pushes a signed 32-bit integer.
    BININT = b'J', Int4, 1, [0 => 1];
    /// Pushes an unsigned 8-bit integer.
    BININT1 = b'K', Uint1, 1, [0 => 1];
    /// Pushes an unsigned 16-bit integer.
    BININT2 = b'M', Uint2, 1, [0 => 1];
    /// Pushes a float.
    BINFLOAT = b'G', Float8, 1, [0 => 1];
    /// Pushes a Python 2 `str`.
    BINSTRING = b'T', String4, 1, [0 => 1];
    /// Pushes a Python 2 `str` of less than 256 bytes.
    SHORT_BINSTRING = b'U', String1, 1, [0 => 1];
    /// Pushes a str.
    BINUNICODE = b'X', Unicodestring4, 1, [0 => 1];
    /// Pushes an empty list.
    EMPTY_LIST = b']', None, 1, [0 => 1];
    /// Pushes an empty tuple.
    EMPTY_TUPLE = b')', None, 1, [0 => 1];
    /// Pushes an empty dict.
    EMPTY_DICT = b'}', None, 1, [0 => 1];
    /// Appends the items to the list below them.
    APPENDS = b'e', None, 1, [1 + items => 1];
    /// Stores the items, keys and values by turns, in the dict below them.
    SETITEMS = b'u', None, 1, [1 + items => 1];
    /// Pops and forgets the items.
    POP_MARK = b'1', None, 1, [0 + items => 0];
    /// Pushes the memo's value at an 8-bit index.
    BINGET = b'h', Uint1, 1, [0 => 1];
    /// Pushes the memo's value at a 32-bit index.
    LONG_BINGET = b'j', Uint4, 1, [0 => 1];
    /// Stores top in the memo at an 8-bit index.
    BINPUT = b'q', Uint1, 1, [0 => 0];
    /// Stores top in the memo at a 32-bit index.
    LONG_BINPUT = b'r', Uint4, 1, [0 => 0];
    /// Pushes an instance of the class that is the first item, made from the other items.
    OBJ = b'o', None, 1, [0 + items => 1];
    /// Pops an identity and pushes what the application keeps under it.
    BINPERSID = b'Q', None, 1, [1 => 1];

    // Protocol 2 (PEP 307): new-style classes, extension codes, short forms.
    /// Tells the protocol, at the start of a pickle.
    PROTO = b'\x80', Uint1, 2, [0 => 0];
    /// Pops a tuple and a class and pushes what the class's `__new__` returns for it.
    NEWOBJ = b'\x81', None, 2, [2 => 1];
    /// Pushes the global registered under an 8-bit extension code.
    EXT1 = b'\x82', Uint1, 2, [0 => 1];
    /// Pushes the global registered under a 16-bit extension code.
    EXT2 = b'\x83', Uint2, 2, [0 => 1];
    /// Pushes the global registered under a 32-bit extension code.
    EXT4 = b'\x84', Int4, 2, [0 => 1];
    /// Pops one value and pushes a tuple of it.
    TUPLE1 = b'\x85', None, 2, [1 => 1];
    /// Pops two values and pushes a tuple of them.
    TUPLE2 = b'\x86', None, 2, [2 => 1];
    /// Pops three values and pushes a tuple of them.
    TUPLE3 = b'\x87', None, 2, [3 => 1];
    /// Pushes `True`.
    NEWTRUE = b'\x88', None, 2, [0 => 1];
    /// Pushes `False`.
    NEWFALSE = b'\x89', None, 2, [0 => 1];
    /// Pushes an integer of less than 256 bytes.
    LONG1 = b'\x8a', Long1, 2, [0 => 1];
    /// Pushes an integer of any size.
    LONG4 = b'\x8b', Long4, 2, [0 => 1];

    // Protocol 3: Python 3's bytes.
    /// Pushes bytes.
    BINBYTES = b'B', Bytes4, 3, [0 => 1];
    /// Pushes less than 256 bytes.
    SHORT_BINBYTES = b'C', Bytes1, 3, [0 => 1];

    // Protocol 4 (PEP 3154): frames, 64-bit lengths, sets, qualified names.
    /// Pushes a str of less than 256 bytes.
    SHORT_BINUNICODE = b'\x8c', Unicodestring1, 4, [0 => 1];
    /// Pushes a str of 4 GiB or more.
    BINUNICODE8 = b'\x8d', Unicodestring8, 4, [0 => 1];
    /// Pushes 4 GiB of bytes or more.
    BINBYTES8 = b'\x8e', Bytes8, 4, [0 => 1];
    /// Pushes an empty set.
    EMPTY_SET = b'\x8f', None, 4, [0 => 1];
    /// Adds the items to the set below them.
    ADDITEMS = b'\x90', None, 4, [1 + items => 1];
    /// Pushes a frozenset of the items.
    FROZENSET = b'\x91', None, 4, [0 + items => 1];
    /// Pops a dict, a tuple and a class and pushes what `__new__` returns for them.
    NEWOBJ_EX = b'\x92', None, 4, [3 => 1];
    /// Pops a name and a module and pushes what the module calls by that name.
    STACK_GLOBAL = b'\x93', None, 4, [2 => 1];
    /// Stores top in the memo at the next index.
    MEMOIZE = b'\x94', None, 4, [1 => 1];
    /// Tells how many bytes can be read ahead at once.
    FRAME = b'\x95', Uint8, 4, [0 => 0];

    // Protocol 5 (PEP 574): data out of band.
    /// Pushes a bytearray.
    BYTEARRAY8 = b'\x96', Bytearray8, 5, [0 => 1];
    /// Pushes the next of the buffers that travel beside the pickle.
    NEXT_BUFFER = b'\x97', None, 5, [0 => 1];
    /// Makes the buffer that is top read-only.
    READONLY_BUFFER = b'\x98', None, 5, [1 => 1];
}

/// How many bytes the number takes that an opcode's argument is, or begins with; 0 where it has none, and of what is no
/// opcode.
#[inline]
pub fn width(code: u8) -> u8 {
    WIDTHS.get(usize::from(code)).copied().unwrap_or(0)
}

/// One more than the last opcode.
const END: usize = READONLY_BUFFER as usize + 1;

static WIDTHS: [u8; END] = widths();

#[allow(clippy::indexing_slicing)]
const fn widths() -> [u8; END] {
    let mut widths = [0; END];
    let mut i = 0;
    while i < OPCODES.len() {
        widths[OPCODES[i].code as usize] = OPCODES[i].argument.width();
        i += 1;
    }
    widths
}

const NAME: Packed = packed!(NAMES, b"|");

/// The name of an opcode.
pub type Name = CString<{ longest(NAMES) }>;

/// The name of the opcode that `code` stands for, for messages.
pub fn name(code: u8) -> Option<Name> {
    Some(NAME.nth(index(code)?))
}

/// Where in [`OPCODES`] it is.
pub fn index(code: u8) -> Option<usize> {
    CODES.iter().position(|&known| known == code)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::wire::oracle;
    use std::string::String;
    use std::{format, vec::Vec};

    #[test]
    fn table_is_that_of_pickletools() {
        let script = "import pickletools\n\
            mark = pickletools.markobject\n\
            for o in pickletools.opcodes:\n\
            \x20 before, after = o.stack_before, o.stack_after\n\
            \x20 items = mark in before\n\
            \x20 takes = before.index(mark) if items else len(before)\n\
            \x20 pushes = len(after) - after.count(mark)\n\
            \x20 print(o.name, ord(o.code), o.arg.name if o.arg else '', o.proto, takes, str(items).lower(), pushes, sep=',')";
        let mut theirs = oracle::run(script, b"");
        let ours = OPCODES.iter().map(|o| {
            let (takes, items, pushes) = (o.effect.takes(), o.effect.takes_items(), o.effect.pushes());
            assert_eq!(o.effect.protocol(), o.protocol);
            format!("{},{},{},{},{takes},{items},{pushes}", o.name, o.code, o.argument.name(), o.protocol)
        });
        let mut ours: Vec<String> = ours.collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn names_are_found_by_code() {
        for code in 0..=255 {
            let expected = OPCODES.iter().find(|o| o.code == code).map(|o| o.name);
            assert_eq!(name(code).as_ref().map(|name| name.as_c_str().to_bytes()), expected.map(str::as_bytes));
            assert_eq!(index(code).map(|at| OPCODES[at].name), expected);
            assert_eq!(width(code), index(code).map_or(0, |at| OPCODES[at].argument.width()));
        }
    }
}
