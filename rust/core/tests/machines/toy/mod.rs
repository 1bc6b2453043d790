//! An interpreter with values and names, and hardly any behaviour: what the machines need to be tested.
//!
//! Every name can be imported, except from the module `missing`; a class called makes an instance that remembers how
//! it was made and says so when it is asked to reduce.

mod arena;
mod calls;
mod runtime;
mod show;
mod stream;
mod table;

use crate::memory;
use arena::Arena;
use mpickle_core::error::{Fault, OutOfMemory};
use mpickle_core::runtime::Special;
use num_bigint::BigInt;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
pub use stream::Stream;
use table::Table;

/// A value, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obj(usize);

/// Why a machine stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An exception of the interpreter's, by the name of its class.
    Raised(&'static str),
    /// What the machine found wrong.
    Fault(Fault),
}

impl From<OutOfMemory> for Error {
    fn from(out_of_memory: OutOfMemory) -> Self {
        Error::Fault(out_of_memory.into())
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// What there is.
pub enum Thing {
    None,
    Bool(bool),
    Int(i64),
    BigInt(BigInt),
    Float(u64),
    Str(Vec<u8>),
    Bytes(Vec<u8>),
    ByteArray(RefCell<Vec<u8>>),
    Tuple(Vec<Obj>),
    List(RefCell<Vec<Obj>>),
    Dict(RefCell<Table>),
    OrderedDict(RefCell<Table>),
    Set(RefCell<Table>),
    FrozenSet(RefCell<Table>),
    /// A complex or range: its type's name and the arguments.
    Made(&'static str, Vec<Obj>),
    Singleton(&'static str),
    TypeOf(Obj),
    Buffer {
        data: Vec<u8>,
        readonly: bool,
    },
    Global {
        module: Vec<u8>,
        name: Vec<u8>,
    },
    Instance(RefCell<Instance>),
    /// A method of an instance.
    Method(Obj, Special),
    Iterator(RefCell<VecDeque<Obj>>),
    Stream(RefCell<Stream>),
}

/// How an instance was made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// By its class's `__new__`.
    New,
    /// By a call of its class, or of what stands for it.
    Call,
}

/// An instance and all that was done to it.
pub struct Instance {
    class: Obj,
    origin: Origin,
    /// A tuple.
    args: Obj,
    kwargs: Option<Obj>,
    state: Option<Obj>,
    slots: Vec<(Obj, Obj)>,
    /// The function that set the state.
    setter: Option<Obj>,
    items: Vec<Obj>,
    pairs: Vec<(Obj, Obj)>,
}

/// What a call may do beside the machines' own work.
#[derive(Default)]
pub struct Hooks {
    /// Every object is replaced by its state.
    pub replaces: bool,
    /// The memo keeps all states.
    pub keeps_states: bool,
    /// Instances of `toy.Far` are known by an id.
    pub persistent: bool,
    /// Buffers go beside the pickle.
    pub out_of_band: bool,
    /// Buffers that came beside the pickle.
    pub buffers: Option<RefCell<VecDeque<Obj>>>,
    /// What every instance is reduced to.
    pub reduction: Cell<Option<Obj>>,
    /// A container that gets an item as soon as something else is asked for its persistent id.
    pub grows: Cell<Option<Obj>>,
    /// Every global is refused.
    pub data_only: bool,
    /// The number of the call into the interpreter, counted from 0, that raises; see [`Toy::calls`].
    pub raise_at: Option<usize>,
}

/// The interpreter.
pub struct Toy {
    things: Arena<Thing>,
    names: RefCell<HashMap<Vec<u8>, Obj>>,
    globals: RefCell<Globals>,
    /// Values that are not to be looked at any more.
    discarded: RefCell<HashSet<usize>>,
    pub hooks: Hooks,
    /// How often something was asked for that can raise.
    pub calls: Cell<usize>,
    /// The lowest address of the stack on which it was called.
    pub lowest: Cell<usize>,
}

/// By module and name.
type Globals = HashMap<(Vec<u8>, Vec<u8>), Obj>;

const NONE: Obj = Obj(0);
const FALSE: Obj = Obj(1);
const TRUE: Obj = Obj(2);

/// Classes and functions that are known to be functions.
const FUNCTIONS: &[&str] = &[
    "_codecs.encode",
    "builtins.getattr",
    "builtins.len",
    "copyreg.__newobj__",
    "copyreg.__newobj_ex__",
    "copyreg._reconstructor",
    "toy.make",
    "toy.set_state",
];

/// The methods that instances of classes have.
const METHODS: &[(&str, &[Special])] = &[
    ("toy.Stateful", &[Special::GetState, Special::SetState]),
    ("toy.Given", &[Special::GetState, Special::GetNewArgs]),
    ("toy.Named", &[Special::GetState, Special::GetNewArgsEx]),
    ("functools.partial", &[Special::SetState]),
];

/// The extension registry.
const EXTENSIONS: &[(&str, u32)] = &[("Known1", 1), ("Known300", 300), ("Known70000", 70000)];

impl Toy {
    pub fn new() -> Self {
        Self::with(Hooks::default())
    }

    pub fn with(hooks: Hooks) -> Self {
        let things = Arena::new();
        for constant in [Thing::None, Thing::Bool(false), Thing::Bool(true)] {
            things.add(constant);
        }
        Toy {
            things,
            names: RefCell::default(),
            globals: RefCell::default(),
            discarded: RefCell::default(),
            hooks,
            calls: Cell::new(0),
            lowest: Cell::new(usize::MAX),
        }
    }

    fn note_stack(&self) {
        let here = 0;
        self.lowest.set(self.lowest.get().min(&raw const here as usize));
    }

    pub fn thing(&self, obj: Obj) -> &Thing {
        assert!(!self.discarded.borrow().contains(&obj.0), "{obj:?} was discarded");
        self.things.get(obj.0)
    }

    /// A new value, which is not refused.
    pub fn new_thing(&self, thing: Thing) -> Obj {
        memory::exempt(|| Obj(self.things.add(thing)))
    }

    /// A new value, for which memory may be refused. What is given is made where nothing is refused.
    fn make(&self, thing: impl FnOnce() -> Thing) -> Result<Obj> {
        self.call_counts()?;
        if memory::refuse() {
            return raise("MemoryError");
        }
        Ok(memory::exempt(|| self.new_thing(thing())))
    }

    /// Raises if it is the turn of this call.
    fn call_counts(&self) -> Result<()> {
        self.note_stack();
        let number = self.calls.replace(self.calls.get() + 1);
        if self.hooks.raise_at == Some(number) { raise("KeyboardInterrupt") } else { Ok(()) }
    }

    pub fn text(&self, text: &str) -> Obj {
        self.new_thing(Thing::Str(text.into()))
    }

    /// A new list, not refused.
    pub fn new_list(&self, items: &[Obj]) -> Obj {
        self.new_thing(Thing::List(RefCell::new(items.to_vec())))
    }

    /// A new tuple, not refused.
    pub fn new_tuple(&self, items: &[Obj]) -> Obj {
        self.new_thing(Thing::Tuple(items.to_vec()))
    }

    pub fn new_stream(&self, stream: Stream) -> Obj {
        self.new_thing(Thing::Stream(RefCell::new(stream)))
    }

    /// Looks at a stream.
    pub fn stream<T>(&self, obj: Obj, look: impl FnOnce(&Stream) -> T) -> T {
        let Thing::Stream(stream) = self.thing(obj) else { panic!("no stream") };
        look(&stream.borrow())
    }

    /// The one str of that text that names something.
    fn interned(&self, name: &[u8]) -> Obj {
        memory::exempt(|| {
            let mut names = self.names.borrow_mut();
            *names.entry(name.to_vec()).or_insert_with(|| self.new_thing(Thing::Str(name.to_vec())))
        })
    }

    /// The one object of that name.
    pub fn global(&self, module: &[u8], name: &[u8]) -> Obj {
        memory::exempt(|| {
            let mut globals = self.globals.borrow_mut();
            let key = (module.to_vec(), name.to_vec());
            *globals.entry(key).or_insert_with(|| self.new_thing(named_thing(module, name)))
        })
    }

    /// Whether anything was asked for in a module that the tests do not use.
    pub fn has_unknown_modules(&self) -> bool {
        const KNOWN: &[&str] = &["toy", "builtins", "_codecs", "collections", "copyreg", "functools"];
        let is_known = |module: &[u8]| KNOWN.iter().any(|known| known.as_bytes() == module);
        self.globals.borrow().keys().any(|(module, _)| !is_known(module))
    }

    fn global_str(&self, path: &str) -> Obj {
        let (module, name) = path.split_once('.').unwrap();
        self.global(module.as_bytes(), name.as_bytes())
    }

    /// `module.name`, if it is a global.
    fn path(&self, obj: Obj) -> Option<String> {
        let Thing::Global { module, name } = self.thing(obj) else {
            return None;
        };
        memory::exempt(|| Some(format!("{}.{}", String::from_utf8_lossy(module), String::from_utf8_lossy(name))))
    }
}

fn named_thing(module: &[u8], name: &[u8]) -> Thing {
    match (module, name) {
        (b"builtins", b"Ellipsis") => Thing::Singleton("Ellipsis"),
        (b"builtins", b"NotImplemented") => Thing::Singleton("NotImplemented"),
        _ => Thing::Global { module: module.into(), name: name.into() },
    }
}

fn raise<T>(class: &'static str) -> Result<T> {
    Err(Error::Raised(class))
}
