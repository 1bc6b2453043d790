//! What can go wrong in the machines: one table of faults, each with the exception class that
//! CPython's `_pickle.c` raises for it.

use crate::packed;
use crate::packed::{CString, Packed, longest};
use crate::parts::{ALL_OPCODES, CLASSES, EXTENSIONS, GLOBALS, INSTANCES, MESSAGES, REGISTRY, TEXT};

/// Exception classes the machines ask for. Where an interpreter lacks one it raises the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// `pickle.UnpicklingError`
    Unpickling,
    /// `pickle.PicklingError`
    Pickling,
    /// `EOFError`
    Eof,
    /// `ValueError`
    Value,
    /// `TypeError`
    Type,
    /// `OverflowError`
    Overflow,
    /// `UnicodeDecodeError` or `UnicodeEncodeError`, whose parents are `UnicodeError` and `ValueError`
    Unicode,
    /// `AttributeError`
    Attribute,
    /// `RuntimeError`
    Runtime,
    /// `MemoryError`
    Memory,
    /// `LookupError`
    Lookup,
}

macro_rules! faults {
    ($($name:ident: $class:ident, $message:literal $(, if $part:expr)?;)*) => {
        /// Everything the machines and those who call them find wrong by themselves. The place (opcode, offset) is added
        /// by the machine that meets it, see [`Place`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Fault {
            $(#[doc = $message] $name,)*
        }

        const TEXTS: &[&str] = &[$(if MESSAGES $(&& $part)? { concat!($message, "|") } else { "|" },)*];

        impl Fault {
            /// The exception class that CPython raises for this fault.
            pub const fn class(self) -> Class {
                match self { $(Fault::$name => Class::$class,)* }
            }

            /// What is wrong and, where there is one, the remedy; lower case, no full stop.
            pub fn message(self) -> Message {
                if MESSAGES { MESSAGE.nth(self as usize) } else { Message::default() }
            }
        }
    };
}

faults! {
    OutOfMemory:      Memory,     "memory allocation failed";
    // Running out of input.
    EndOfInput:       Eof,        "ran out of input";
    Truncated:        Unpickling, "pickle data was truncated";
    // The shape of the opcode stream.
    BadOpcode:        Unpickling, "invalid load key";
    LeftOut:          Unpickling, "this opcode was left out of the firmware", if !ALL_OPCODES;
    BadProtocol:      Value,      "unsupported pickle protocol; this module reads protocols 0 to 5";
    StackUnderflow:   Unpickling, "unpickling stack underflow";
    NoMark:           Unpickling, "could not find MARK";
    UnexpectedMark:   Unpickling, "unexpected MARK found";
    OddDictItems:     Unpickling, "odd number of items for dict";
    MemoMiss:         Unpickling, "memo value not found";
    NegativeMemo:     Value,      "negative memo index";
    NegativeCount:    Unpickling, "negative byte count";
    TooLong:          Overflow,   "length exceeds what this machine can address";
    // Arguments in text.
    BadInt:           Value,      "invalid literal for int";
    TooManyDigits:    Value,      "more than 4300 digits in text; protocol 2 and higher have no limit", if TEXT;
    BadFloat:         Value,      "could not convert string to float", if TEXT;
    FloatTooLarge:    Overflow,   "value too large to convert to float", if TEXT;
    BadBool:          Value,      "could not convert string to int", if TEXT;
    UnquotedString:   Unpickling, "the STRING opcode argument must be quoted", if TEXT;
    BadEscape:        Value,      "invalid escape in string", if TEXT;
    BadUtf8:          Unicode,    "invalid utf-8";
    BadRawUnicode:    Unicode,    "truncated or illegal \\u escape", if TEXT;
    BadEncoding:      Unicode,    "bytes cannot be decoded; try encoding='latin1' or encoding='bytes'";
    NotLatin1:        Unicode,    "character outside of latin-1";
    UnknownEncoding:  Lookup,     "unknown encoding; there are 'ASCII', 'latin1', 'utf-8' and 'bytes'";
    UnknownErrors:    Lookup,     "unknown error handler name; there are 'strict', 'ignore', 'replace' and others";
    PersidNotAscii:   Unpickling, "persistent IDs in protocol 0 must be ASCII strings";
    // Arguments on the stack.
    NotAString:       Unpickling, "STACK_GLOBAL requires str", if GLOBALS;
    NotAClass:        Unpickling, "NEWOBJ class argument must be a type", if GLOBALS;
    NotATuple:        Unpickling, "NEWOBJ expected an argument tuple", if GLOBALS;
    NotADict:         Unpickling, "NEWOBJ_EX expected a keyword dict", if GLOBALS;
    NotCallableArgs:  Type,       "argument list must be a tuple", if GLOBALS;
    BadExtension:     Unpickling, "EXT specifies code <= 0", if GLOBALS;
    UnknownExtension: Value,      "unregistered extension code", if GLOBALS;
    NoPersistentLoad: Unpickling, "a load persistent id instruction was encountered, but no persistent_load function was specified";
    NoBuffers:        Unpickling, "pickle stream refers to out-of-band data but no *buffers* argument was given";
    TooFewBuffers:    Unpickling, "not enough out-of-band buffers";
    StateNotADict:    Unpickling, "state is not a dictionary", if GLOBALS;
    SlotsNotADict:    Unpickling, "slot state is not a dictionary", if GLOBALS;
    StateOfClass:     Type,       "a pickle cannot set the attributes of a class", if GLOBALS;
    ReplacedTooLate:  Unpickling, "setstate_func returned another object, but the state refers to the first; return that one", if GLOBALS;
    // Writing.
    DictChanged:      Runtime,    "dictionary changed size during iteration";
    SetChanged:       Runtime,    "set changed size during iteration";
    PersidText:       Pickling,   "persistent IDs in protocol 0 must be ASCII strings";
    TooBigForProtocol: Overflow,  "serializing an object larger than 4 GiB requires pickle protocol 4 or higher";
    TooLarge:         Overflow,   "int too large to pickle";
    BufferProtocol:   Pickling,   "PickleBuffer can only be pickled with protocol >= 5";
    BufferReleased:   Value,      "operation forbidden on released PickleBuffer object";
    NotAPair:         Type,       "dict items iterator must return 2-tuples", if GLOBALS;
    NotAName:         Pickling,   "the name of a global must be a str", if GLOBALS;
    NameNotAscii:     Pickling,   "cannot pickle a global whose name is not ASCII; use protocol 3 or higher", if GLOBALS;
    ReduceType:       Pickling,   "__reduce__ must return a string or tuple", if GLOBALS;
    ReduceLength:     Pickling,   "tuple returned by __reduce__ must contain 2 through 6 elements", if GLOBALS;
    ReduceCallable:   Pickling,   "first item of the tuple returned by __reduce__ must be callable", if GLOBALS;
    ReduceArguments:  Pickling,   "second item of the tuple returned by __reduce__ must be a tuple", if GLOBALS;
    ReduceList:       Pickling,   "fourth item of the tuple returned by __reduce__ must be an iterator", if GLOBALS;
    ReduceDict:       Pickling,   "fifth item of the tuple returned by __reduce__ must be an iterator", if GLOBALS;
    ReduceSetter:     Pickling,   "sixth item of the tuple returned by __reduce__ must be callable", if GLOBALS;
    SlotsProtocol:    Type,       "a class that defines __slots__ without defining __getstate__ cannot be pickled before protocol 2", if INSTANCES;
    SetItemsProtocol: Pickling,   "items that are added to an object can only be pickled with protocol >= 4", if GLOBALS;
    KeywordsLeftOut:  Pickling,   "arguments by keyword need protocol >= 4: what the older ones need was left out of the firmware", if GLOBALS && !INSTANCES;
    NewArgs:          Type,       "__getnewargs__ should return a tuple", if INSTANCES;
    NewArgsEx:        Type,       "__getnewargs_ex__ should return a tuple", if INSTANCES;
    NewArgsExLength:  Value,      "__getnewargs_ex__ should return a tuple of length 2", if INSTANCES;
    NewArgsExTypes:   Type,       "the items of the tuple returned by __getnewargs_ex__ must be a tuple and a dict", if INSTANCES;
    NewObjEmpty:      Pickling,   "__newobj__ arglist is empty", if GLOBALS;
    NewObjType:       Pickling,   "args[0] from __newobj__ args is not a type", if GLOBALS;
    NewObjClass:      Pickling,   "args[0] from __newobj__ args has the wrong class", if GLOBALS;
    NewObjExLength:   Pickling,   "length of the NEWOBJ_EX argument tuple must be exactly 3", if GLOBALS;
    NewObjExTypes:    Pickling,   "NEWOBJ_EX arguments must be a class, a tuple and a dict", if GLOBALS;
    // What a program asks for.
    OldProtocol:      Value,      "pickle protocols 0 and 1 were left out of the firmware", if !TEXT;
    NewProtocol:      Value,      "pickle protocol must be <= 5";
    CallbackProtocol: Value,      "buffer_callback needs protocol >= 5";
    NotWritable:      Type,       "file must have a 'write' attribute";
    NotReadable:      Type,       "source must be a bytes-like object or have a 'read' attribute";
    NotABuffer:       Type,       "a bytes-like object is required";
    StrNotBytes:      Type,       "a bytes-like object is required, not str";
    EncodesStr:       Type,       "encode() argument 1 must be str", if GLOBALS;
    EncodingNotStr:   Type,       "encode() argument 'encoding' must be str", if GLOBALS;
    NoPickler:        Pickling,   "Pickler.__init__() was not called", if CLASSES;
    NoUnpickler:      Unpickling, "Unpickler.__init__() was not called", if CLASSES;
    Busy:             Runtime,    "this object is at work already; a hook needs one of its own", if CLASSES;
    FindsStr:         Type,       "find_class() arguments must be str", if CLASSES;
    NotAMemo:         Type,       "memo must be a memo or a copy of one", if CLASSES;
    RegistersClass:   Type,       "obj_type must be a class", if REGISTRY;
    RegistersFunctions: Type,     "reduce_func, reconstruct_func and setstate_func must be callable", if REGISTRY;
    RegistersStr:     Type,       "the names of a type and of its module must be str", if REGISTRY;
    RegistersPath:    Type,       "a reconstructor is named by a dotted path, 'module.function'", if REGISTRY;
    InjectsFunction:  Type,       "function must be callable", if REGISTRY;
    InjectsPath:      Type,       "module_path must be a dotted path, func_name a str", if REGISTRY;
    ExtensionNotStr:  Type,       "module and name must be str", if EXTENSIONS;
    ExtensionRange:   Value,      "extension code must be 1 to 2147483647", if EXTENSIONS;
    ExtensionNotInt:  Type,       "extension code must be an int", if EXTENSIONS;
    // Said of a global.
    NotAllowed:       Unpickling, "is not allowed; name it in allow= if you trust it", if GLOBALS;
    ModuleExists:     Value,      "cannot be injected: the module exists here", if REGISTRY;
    NotInjected:      Value,      "was not injected", if REGISTRY;
    HasAnotherCode:   Value,      "has another code", if EXTENSIONS;
    CodeInUse:        Value,      "cannot have a code that is in use", if EXTENSIONS;
    NotRegistered:    Value,      "is not registered with this code", if EXTENSIONS;
}

const MESSAGE: Packed = packed!(TEXTS, b"|");

/// What is said of a fault.
pub type Message = CString<{ longest(TEXTS) }>;

/// Where in a pickle a fault was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The opcode being run, which may be none that there is; `None` where one was to be read and the input ended.
    pub opcode: Option<u8>,
    /// Bytes from the start of the pickle to that opcode.
    pub offset: usize,
}

/// The heap has no more room. What could not grow is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl From<OutOfMemory> for Fault {
    fn from(_: OutOfMemory) -> Self {
        Fault::OutOfMemory
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;

    #[test]
    fn messages_are_unpacked() {
        for (number, text) in TEXTS.iter().enumerate() {
            let message: Message = MESSAGE.nth(number);
            assert_eq!(String::from_utf8_lossy(message.as_c_str().to_bytes()) + "|", *text);
        }
        assert_eq!(Fault::OutOfMemory.message().as_c_str(), c"memory allocation failed");
        assert_eq!(
            Fault::NewObjExTypes.message().as_c_str(),
            c"NEWOBJ_EX arguments must be a class, a tuple and a dict"
        );
    }
}
