//! What Python 2 and Python 3 call the same things: CPython's `Lib/_compat_pickle.py` in both directions.
//!
//! Pickles of protocols 0 to 2 name globals as Python 2 did, and `fix_imports` has them translated.
//! A rule for a name in a module wins over the rule for that module (`find_class` and `fix_imports` in
//! `Modules/_pickle.c`).
//!
//! The rules are two texts, searched from the top, because tables of string slices would be several times
//! their size and because a global is looked up once a pickle: the memo has it from then on.

use crate::parts::PYTHON2;

/// The modules that were renamed, in lines of a sign and words.
///
/// A word `old/new` is a module in Python 2 and in Python 3. The signs: `=` both ways, `>` only from
/// Python 2 to 3, `<` only from 3 to 2.
const MODULES: &str = if PYTHON2 { ALL_MODULES } else { "=__builtin__/builtins copy_reg/copyreg" };
const ALL_MODULES: &str = "\
<bz2/_bz2 dbm/_dbm functools/_functools gdbm/_gdbm pickle/_pickle
=__builtin__/builtins copy_reg/copyreg Queue/queue SocketServer/socketserver ConfigParser/configparser repr/reprlib \
tkFileDialog/tkinter.filedialog tkSimpleDialog/tkinter.simpledialog tkColorChooser/tkinter.colorchooser \
tkCommonDialog/tkinter.commondialog Dialog/tkinter.dialog Tkdnd/tkinter.dnd tkFont/tkinter.font \
tkMessageBox/tkinter.messagebox ScrolledText/tkinter.scrolledtext Tkconstants/tkinter.constants Tix/tkinter.tix \
ttk/tkinter.ttk Tkinter/tkinter markupbase/_markupbase _winreg/winreg thread/_thread dummy_thread/_dummy_thread \
dbhash/dbm.bsd dumbdbm/dbm.dumb dbm/dbm.ndbm gdbm/dbm.gnu xmlrpclib/xmlrpc.client SimpleXMLRPCServer/xmlrpc.server \
httplib/http.client htmlentitydefs/html.entities HTMLParser/html.parser Cookie/http.cookies cookielib/http.cookiejar \
BaseHTTPServer/http.server test.test_support/test.support commands/subprocess urlparse/urllib.parse \
robotparser/urllib.robotparser urllib2/urllib.request anydbm/dbm _abcoll/collections.abc
>cPickle/pickle _elementtree/xml.etree.ElementTree FileDialog/tkinter.filedialog SimpleDialog/tkinter.simpledialog \
DocXMLRPCServer/xmlrpc.server SimpleHTTPServer/http.server CGIHTTPServer/http.server UserDict/collections \
UserList/collections UserString/collections whichdb/dbm StringIO/io cStringIO/io";

/// The names that moved from module to module, in lines of a sign and words.
///
/// The first word names the modules. The others are the names in it that moved, `old/new` where they changed. The
/// signs are those of [`MODULES`].
const NAMES: &str = if PYTHON2 { ALL_NAMES } else { "" };
const ALL_NAMES: &str = "\
=__builtin__/builtins xrange/range unichr/chr unicode/str long/int
>__builtin__/builtins basestring/str
=__builtin__/functools reduce
<__builtin__/_functools reduce
=__builtin__/sys intern
=itertools/builtins izip/zip imap/map ifilter/filter
=itertools/itertools ifilterfalse/filterfalse izip_longest/zip_longest
=UserDict/collections IterableUserDict/UserDict
>UserDict/collections UserDict
=UserList/collections UserList
=UserString/collections UserString
=whichdb/dbm whichdb
=_socket/socket fromfd
>socket/socket _socketobject/SocketType
<socket/_socket _socketobject/socket
=_multiprocessing/multiprocessing.connection Connection
=multiprocessing.process/multiprocessing.context Process
=multiprocessing.forking/multiprocessing.popen_fork Popen
=multiprocessing/multiprocessing.context AuthenticationError BufferTooShort ProcessError TimeoutError
=urllib/urllib.error ContentTooShortError
=urllib/urllib.parse quote_plus quote unquote_plus unquote urlencode
=urllib/urllib.request getproxies pathname2url url2pathname urlcleanup urlopen urlretrieve
=urllib2/urllib.error HTTPError URLError
<FileDialog/tkinter.filedialog FileDialog LoadFileDialog SaveFileDialog
<SimpleDialog/tkinter.simpledialog SimpleDialog
<DocXMLRPCServer/xmlrpc.server ServerHTMLDoc XMLRPCDocGenerator DocXMLRPCRequestHandler DocXMLRPCServer \
DocCGIXMLRPCRequestHandler
<SimpleHTTPServer/http.server SimpleHTTPRequestHandler
<CGIHTTPServer/http.server CGIHTTPRequestHandler
=exceptions/builtins ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning \
DeprecationWarning EOFError EnvironmentError Exception FloatingPointError FutureWarning GeneratorExit IOError \
ImportError ImportWarning IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError \
NotImplementedError OSError OverflowError PendingDeprecationWarning ReferenceError RuntimeError RuntimeWarning \
StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError UnboundLocalError \
UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError \
Warning ZeroDivisionError
>exceptions/builtins StandardError/Exception
<exceptions/builtins OSError/BrokenPipeError OSError/ChildProcessError OSError/ConnectionAbortedError \
OSError/ConnectionError OSError/ConnectionRefusedError OSError/ConnectionResetError OSError/FileExistsError \
OSError/FileNotFoundError OSError/InterruptedError OSError/IsADirectoryError OSError/NotADirectoryError \
OSError/PermissionError OSError/ProcessLookupError OSError/TimeoutError ImportError/ModuleNotFoundError";

/// What Python 3 calls what Python 2 calls `module` and `name`.
pub fn to_python3<'a>(module: &'a [u8], name: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    translate(module, name, Direction::ToPython3)
}

/// What Python 2 calls what Python 3 calls `module` and `name`.
pub fn to_python2<'a>(module: &'a [u8], name: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    translate(module, name, Direction::ToPython2)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToPython3,
    ToPython2,
}

fn translate<'a>(module: &'a [u8], name: &'a [u8], direction: Direction) -> (&'a [u8], &'a [u8]) {
    let moved = rules(NAMES, direction).find_map(|mut words| {
        let module = direction.translate(words.next()?, module)?;
        Some((module, words.find_map(|word| direction.translate(word, name))?))
    });
    let renamed =
        || rules(MODULES, direction).find_map(|mut words| words.find_map(|word| direction.translate(word, module)));
    moved.unwrap_or_else(|| (renamed().unwrap_or(module), name))
}

/// The words of each rule that holds in this direction.
fn rules(text: &'static str, direction: Direction) -> impl Iterator<Item = impl Iterator<Item = &'static [u8]>> {
    text.as_bytes().split(|&byte| byte == b'\n').filter_map(move |line| match (line, direction) {
        ([b'=', words @ ..], _)
        | ([b'>', words @ ..], Direction::ToPython3)
        | ([b'<', words @ ..], Direction::ToPython2) => Some(words.split(|&byte| byte == b' ')),
        _ => None,
    })
}

impl Direction {
    /// The one side of a word if the other is `from`.
    fn translate(self, word: &'static [u8], from: &[u8]) -> Option<&'static [u8]> {
        let mut sides = word.split(|&byte| byte == b'/');
        let old = sides.next()?;
        let new = sides.next().unwrap_or(old);
        match self {
            Direction::ToPython3 => (old == from).then_some(new),
            Direction::ToPython2 => (new == from).then_some(old),
        }
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
            assert_eq!(show(to_python3(module, name)), new);
            assert_eq!(show(to_python2(module, name)), old);
        }
    }
}
