//! Which parts are compiled in. What is left out is behind constants, so that it is checked all the same.

/// Numbers and text as lines: writing protocols 0 and 1, and reading INT, LONG, FLOAT, STRING, UNICODE, PERSID, GET and PUT.
pub const TEXT: bool = cfg!(feature = "text");
/// Python 2's names but for the two that all pickles before protocol 3 have, and its 8-bit strings.
pub const PYTHON2: bool = cfg!(feature = "python2");
/// What is no plain data: classes, functions, and whatever is made again by calling one, which before protocol 5 is a
/// bytearray, before 4 a set and before 3 bytes.
pub const GLOBALS: bool = cfg!(feature = "globals");
/// Whether every opcode is read.
pub const ALL_OPCODES: bool = TEXT && PYTHON2 && GLOBALS;
/// Writing instances that have no `__reduce__` of their own.
pub const INSTANCES: bool = cfg!(feature = "instances");
/// `Pickler` and `Unpickler`, of which here are the messages alone, as of the parts below.
pub const CLASSES: bool = cfg!(feature = "classes");
/// `register_pickle`, and modules that are injected.
pub const REGISTRY: bool = cfg!(feature = "registry");
/// Extension codes.
pub const EXTENSIONS: bool = cfg!(feature = "extensions");
/// Messages of exceptions, and the names of opcodes in them.
pub const MESSAGES: bool = cfg!(feature = "messages");
