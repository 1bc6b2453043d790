//! What Python 2 and Python 3 call the same things: CPython's `Lib/_compat_pickle.py` in both directions.
//!
//! Pickles of protocols 0 to 2 name globals as Python 2 did, and `fix_imports` has them translated.
//! A rule for a name in a module wins over the rule for that module (`find_class` and `fix_imports` in
//! `Modules/_pickle.c`).
//!
//! The rules are one text, packed and searched from the top: a global is looked up once a pickle, the memo has it from
//! then on.

use crate::packed;
use crate::packed::{Packed, pieces};
use crate::parts::PYTHON2;

/// The rules: those that hold both ways, those from Python 2 to 3, and those from 3 to 2.
///
/// A rule is a word for a module, and words for the names in it that moved; one for `*` has modules as names. A word is
/// what Python 2 says and, after a slash, what Python 3 says instead.
const RULES: Packed = if PYTHON2 {
    packed!(&[BOTH_WAYS, "|", TO_PYTHON3, "|", TO_PYTHON2], b"|; /")
} else {
    packed!(&["* __builtin__/builtins copy_reg/copyreg"], b"|; /")
};

const BOTH_WAYS: &str = "\
__builtin__/builtins xrange/range unichr/chr unicode/str long/int;\
__builtin__/functools reduce;\
__builtin__/sys intern;\
itertools/builtins izip/zip imap/map ifilter/filter;\
itertools/itertools ifilterfalse/filterfalse izip_longest/zip_longest;\
UserDict/collections IterableUserDict/UserDict;\
UserList/collections UserList;\
UserString/collections UserString;\
whichdb/dbm whichdb;\
_socket/socket fromfd;\
_multiprocessing/multiprocessing.connection Connection;\
multiprocessing.process/multiprocessing.context Process;\
multiprocessing.forking/multiprocessing.popen_fork Popen;\
multiprocessing/multiprocessing.context AuthenticationError BufferTooShort ProcessError TimeoutError;\
urllib/urllib.error ContentTooShortError;\
urllib/urllib.parse quote_plus quote unquote_plus unquote urlencode;\
urllib/urllib.request getproxies pathname2url url2pathname urlcleanup urlopen urlretrieve;\
urllib2/urllib.error HTTPError URLError;\
exceptions/builtins ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning \
DeprecationWarning EOFError EnvironmentError Exception FloatingPointError FutureWarning GeneratorExit IOError \
ImportError ImportWarning IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError \
NotImplementedError OSError OverflowError PendingDeprecationWarning ReferenceError RuntimeError RuntimeWarning \
StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError UnboundLocalError \
UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError \
Warning ZeroDivisionError;\
* __builtin__/builtins copy_reg/copyreg Queue/queue SocketServer/socketserver ConfigParser/configparser \
repr/reprlib tkFileDialog/tkinter.filedialog tkSimpleDialog/tkinter.simpledialog tkColorChooser/tkinter.colorchooser tkCommonDialog/tkinter.commondialog \
Dialog/tkinter.dialog Tkdnd/tkinter.dnd tkFont/tkinter.font tkMessageBox/tkinter.messagebox \
ScrolledText/tkinter.scrolledtext Tkconstants/tkinter.constants Tix/tkinter.tix ttk/tkinter.ttk Tkinter/tkinter \
markupbase/_markupbase _winreg/winreg thread/_thread dummy_thread/_dummy_thread dbhash/dbm.bsd dumbdbm/dbm.dumb \
dbm/dbm.ndbm gdbm/dbm.gnu xmlrpclib/xmlrpc.client SimpleXMLRPCServer/xmlrpc.server httplib/http.client \
htmlentitydefs/html.entities HTMLParser/html.parser Cookie/http.cookies cookielib/http.cookiejar \
BaseHTTPServer/http.server test.test_support/test.support commands/subprocess urlparse/urllib.parse \
robotparser/urllib.robotparser urllib2/urllib.request anydbm/dbm _abcoll/collections.abc";

const TO_PYTHON3: &str = "\
__builtin__/builtins basestring/str;\
UserDict/collections UserDict;\
socket/socket _socketobject/SocketType;\
exceptions/builtins StandardError/Exception;\
* cPickle/pickle _elementtree/xml.etree.ElementTree FileDialog/tkinter.filedialog SimpleDialog/tkinter.simpledialog \
DocXMLRPCServer/xmlrpc.server SimpleHTTPServer/http.server CGIHTTPServer/http.server UserDict/collections \
UserList/collections UserString/collections whichdb/dbm StringIO/io cStringIO/io";

const TO_PYTHON2: &str = "\
__builtin__/_functools reduce;\
socket/_socket _socketobject/socket;\
FileDialog/tkinter.filedialog FileDialog LoadFileDialog SaveFileDialog;\
SimpleDialog/tkinter.simpledialog SimpleDialog;\
DocXMLRPCServer/xmlrpc.server ServerHTMLDoc XMLRPCDocGenerator DocXMLRPCRequestHandler DocXMLRPCServer \
DocCGIXMLRPCRequestHandler;\
SimpleHTTPServer/http.server SimpleHTTPRequestHandler;\
CGIHTTPServer/http.server CGIHTTPRequestHandler;\
exceptions/builtins OSError/BrokenPipeError OSError/ChildProcessError OSError/ConnectionAbortedError \
OSError/ConnectionError OSError/ConnectionRefusedError OSError/ConnectionResetError OSError/FileExistsError \
OSError/FileNotFoundError OSError/InterruptedError OSError/IsADirectoryError OSError/NotADirectoryError \
OSError/PermissionError OSError/ProcessLookupError OSError/TimeoutError ImportError/ModuleNotFoundError;\
* bz2/_bz2 dbm/_dbm functools/_functools gdbm/_gdbm pickle/_pickle";

/// Where a module and a name are unpacked.
#[derive(Default)]
pub struct Room {
    module: Word,
    name: Word,
}

/// Has room for the longest of the names.
#[derive(Default)]
struct Word(heapless::Vec<u8, 32, u8>);

impl Word {
    /// What `packed` says, or `old`.
    fn put<'a>(&'a mut self, packed: Option<&'static [u8]>, old: &'a [u8]) -> &'a [u8] {
        let Some(packed) = packed else { return old };
        self.0.clear();
        let _ = RULES.unpack(packed).try_for_each(|byte| self.0.push(byte));
        &self.0
    }
}

/// What Python 3 calls what Python 2 calls `module` and `name`.
pub fn to_python3<'a>(module: &'a [u8], name: &'a [u8], room: &'a mut Room) -> (&'a [u8], &'a [u8]) {
    translate(module, name, Direction::ToPython3, room)
}

/// What Python 2 calls what Python 3 calls `module` and `name`.
pub fn to_python2<'a>(module: &'a [u8], name: &'a [u8], room: &'a mut Room) -> (&'a [u8], &'a [u8]) {
    translate(module, name, Direction::ToPython2, room)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToPython3 = 1,
    ToPython2 = 2,
}

fn translate<'a>(module: &'a [u8], name: &'a [u8], direction: Direction, room: &'a mut Room) -> (&'a [u8], &'a [u8]) {
    let (new_module, new_name) = find(module, name, direction);
    (room.module.put(new_module, module), room.name.put(new_name, name))
}

/// What is new of module and name, packed. A rule for the name wins over that for the module.
fn find(module: &[u8], name: &[u8], direction: Direction) -> (Option<&'static [u8]>, Option<&'static [u8]>) {
    let mut renamed = None;
    for (only, rules) in pieces(RULES.text, b'|').enumerate() {
        if only != 0 && only != direction as usize {
            continue;
        }
        for rule in pieces(rules, b';') {
            let mut words = pieces(rule, b' ');
            let in_module = words.next().unwrap_or_default();
            if in_module == b"*" {
                renamed = renamed.or_else(|| words.find_map(|word| direction.translate(word, module)));
            } else if let Some(new_module) = direction.translate(in_module, module)
                && let Some(new_name) = words.find_map(|word| direction.translate(word, name))
            {
                return (Some(new_module), Some(new_name));
            }
        }
    }
    (renamed, None)
}

impl Direction {
    /// The one side of a word if the other is `from`.
    fn translate(self, word: &'static [u8], from: &[u8]) -> Option<&'static [u8]> {
        let mut sides = pieces(word, b'/');
        let old = sides.next()?;
        let new = sides.next().unwrap_or(old);
        let (this, other) = match self {
            Direction::ToPython3 => (old, new),
            Direction::ToPython2 => (new, old),
        };
        RULES.is(this, from).then_some(other)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::wire::oracle;
    use std::string::String;
    use std::vec::Vec;

    /// Prints what CPython makes, in both directions, of all that is in its tables and of some that is not.
    const SCRIPT: &str = "
from _compat_pickle import *
pairs = {(m, n) for table in (NAME_MAPPING, REVERSE_NAME_MAPPING) for kv in table.items() for m, n in kv}
renamed = {m for table in (IMPORT_MAPPING, REVERSE_IMPORT_MAPPING) for kv in table.items() for m in kv}
modules = {m for m, n in pairs} | renamed | {'', 'numpy', 'built', 'builtins_', 'exceptions/builtins', '='}
names = {n for m, n in pairs} | {'', 'Thing', 'xrange/range', 'xrang', 'xranges'}
pairs |= {(m, n) for m in modules for n in ('', 'Thing', 'Exception', 'range')}
pairs |= {(m, n) for m in ('', 'numpy', 'builtins', '__builtin__', 'urllib') for n in names}
def translate(names, modules, module, name):
    module, name = names.get((module, name)) or (modules.get(module, module), name)
    return module + ' ' + name
for m, n in pairs:
    print(m, n, translate(NAME_MAPPING, IMPORT_MAPPING, m, n),
        translate(REVERSE_NAME_MAPPING, REVERSE_IMPORT_MAPPING, m, n), sep=',')
";

    fn show((module, name): (&[u8], &[u8])) -> String {
        String::from_utf8([module, name].join(&b' ')).unwrap()
    }

    #[test]
    fn names_are_translated_as_cpython_translates_them() {
        let lines = oracle::run(SCRIPT, b"");
        assert!(lines.len() > 1000);
        for line in lines {
            let [module, name, new, old] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
            let (module, name) = (module.as_bytes(), name.as_bytes());
            assert_eq!(show(to_python3(module, name, &mut Room::default())), new);
            assert_eq!(show(to_python2(module, name, &mut Room::default())), old);
        }
    }
}
