//! What the program has a say in: persistent ids, buffers beside the pickle, reductions; and the memo, which lasts
//! from one dump to the next.

use crate::cpython;
use crate::machine::{UNPICKLING, dump, in_pieces, load, pickling};
use crate::toy::{Error, Hooks, Obj, Stream, Thing, Toy};
use mpickle_core::error::Fault;
use mpickle_core::pickler::{self, Pickler};
use mpickle_core::runtime::Runtime;
use mpickle_core::unpickler::{self, Unpickler};
use mpickle_core::wire::reader::Reader;
use mpickle_core::wire::text::{Encoding, Errors};
use std::cell::RefCell;

#[test]
fn persistent_ids_are_those_of_cpython() {
    for protocol in 0..6 {
        let expected = cpython::extra(&format!("far-{protocol}"));
        let toy = Toy::with(Hooks { persistent: true, ..Hooks::default() });
        let obj = load(&toy, &expected).unwrap();
        assert_eq!(toy.show(obj), "[far('id'), far('id'), far('other')]");
        assert_eq!(dump(&toy, obj, protocol).unwrap(), expected);
    }
}

#[test]
fn persistent_ids_of_protocol_0_are_ascii() {
    let toy = Toy::with(Hooks { persistent: true, ..Hooks::default() });
    let far = toy.call(toy.global(b"toy", b"Far"), &[toy.text("\u{e9}")]).unwrap();
    assert_eq!(dump(&toy, far, 0), Err(Error::Fault(Fault::PersidText)));
    assert!(dump(&toy, far, 1).is_ok());
}

/// The list of three buffers that `cpython.py` has.
fn buffers(toy: &Toy) -> Obj {
    let buffer = |data: &[u8], readonly| toy.new_thing(Thing::Buffer { data: data.to_vec(), readonly });
    toy.new_list(&[buffer(b"text", false), buffer(b"text", true), buffer(&[0; 300], true)])
}

#[test]
fn buffers_go_in_band_or_beside() {
    for (out_of_band, name) in [(false, "buffers-in-band"), (true, "buffers-out-of-band")] {
        let toy = Toy::with(Hooks { out_of_band, ..Hooks::default() });
        let list = buffers(&toy);
        assert_eq!(dump(&toy, list, 5).unwrap(), cpython::extra(name));
        assert_eq!(dump(&toy, list, 4), Err(Error::Fault(Fault::BufferProtocol)));
    }
}

#[test]
fn buffers_come_back() {
    let pickle = cpython::extra("buffers-out-of-band");
    for (given, expected) in [(3, Ok("[1, view'text', 3]")), (2, Err(Error::Fault(Fault::TooFewBuffers)))] {
        let mut toy = Toy::new();
        let view = toy.new_thing(Thing::Buffer { data: b"text".into(), readonly: false });
        let all = [toy.new_thing(Thing::Int(1)), view, toy.new_thing(Thing::Bytes(b"3".into()))];
        toy.hooks.buffers = Some(RefCell::new(all[..given].to_vec().into()));
        let shown = load(&toy, &pickle).map(|obj| toy.show(obj).replace("b'3'", "3"));
        assert_eq!(shown.as_deref(), expected.as_ref().map(|shown| *shown));
    }
}

/// Dumps the same twice, with one pickler.
#[test]
fn the_memo_lasts_unless_it_is_cleared() {
    for (protocol, fast) in (0..6).flat_map(|protocol| [(protocol, false), (protocol, true)]) {
        let toy = Toy::new();
        let shared = toy.new_list(&[toy.text("text")]);
        let numbers = [1, 2, 3].map(|number| toy.new_thing(Thing::Int(number)));
        let list = toy.new_list(&[shared, toy.new_tuple(&[shared, numbers[0], numbers[1], numbers[2]])]);
        let stream = toy.new_stream(Stream::writing());
        let options = pickler::Options { fast, ..pickling(protocol) };
        let mut memo = pickler::Memo::new();
        let mut pickler = Pickler::new(&toy, options, Some(stream), &mut memo);
        pickler.dump(list).unwrap();
        let first = toy.stream(stream, |stream| stream.data().len());
        pickler.dump(list).unwrap();
        let both = toy.stream(stream, |stream| stream.data().to_vec());
        assert_eq!(both, cpython::extra(&format!("twice-{protocol}-{}", if fast { "True" } else { "False" })));

        memo.truncate(0);
        Pickler::new(&toy, options, Some(stream), &mut memo).dump(list).unwrap();
        toy.stream(stream, |stream| assert_eq!(stream.data()[both.len()..], both[..first]));

        let (mut reader, mut memo) = (Reader::stream(in_pieces(&toy, &both, 5)), unpickler::Memo::new());
        let mut unpickler = Unpickler::new(&toy, UNPICKLING, &mut reader, &mut memo);
        let [one, two] = [unpickler.load().unwrap(), unpickler.load().unwrap()];
        assert_eq!(one == two, !fast);
        assert_eq!(toy.show(one), toy.show(two));
    }
}

/// Each pickle has an object twice in a tuple, and its state is set in between.
#[test]
fn what_a_setter_returns_stands_everywhere() {
    for (pickle, expected) in [
        (b"ctoy\nC\n)\x81q\0K\x07bh\0\x86.".as_slice(), Ok("(7, 7)")),
        (b"]q\0ctoy\nC\n)\x81q\x02h\0bh\x02\x86.", Ok("([], #1)")),
        (b"ctoy\nC\n)\x81q\0h\0\x85bh\0\x86.", Err(Error::Fault(Fault::ReplacedTooLate))),
    ] {
        let toy = Toy::with(Hooks { replaces: true, ..Hooks::default() });
        assert_eq!(load(&toy, pickle).map(|obj| toy.show(obj)), expected.map(Into::into));
    }
}

/// Reductions that are none, and what is wrong with them.
type Reduction = fn(&Toy) -> Vec<Obj>;

const REDUCTIONS: &[(Fault, u8, Reduction)] = &[
    (Fault::ReduceLength, 2, |toy| vec![toy.global(b"toy", b"make")]),
    (Fault::ReduceLength, 2, |toy| vec![toy.none(); 7]),
    (Fault::ReduceCallable, 2, |toy| vec![toy.none(), toy.new_tuple(&[])]),
    (Fault::ReduceArguments, 2, |toy| vec![toy.global(b"toy", b"make"), toy.new_list(&[])]),
    (Fault::ReduceSetter, 2, |toy| {
        vec![toy.global(b"toy", b"make"), toy.new_tuple(&[]), toy.none(), toy.none(), toy.none(), toy.new_list(&[])]
    }),
    (Fault::NotAPair, 2, |toy| {
        let pairs = toy.iterator_of(vec![toy.new_list(&[])]);
        vec![toy.global(b"toy", b"make"), toy.new_tuple(&[]), toy.none(), toy.none(), pairs]
    }),
    (Fault::NewObjEmpty, 2, |toy| vec![newobj(toy), toy.new_tuple(&[])]),
    (Fault::NewObjType, 2, |toy| vec![newobj(toy), toy.new_tuple(&[toy.none()])]),
    (Fault::NewObjClass, 2, |toy| vec![newobj(toy), toy.new_tuple(&[toy.global(b"toy", b"Other")])]),
    (Fault::NewObjExLength, 4, |toy| vec![newobj_ex(toy), toy.new_tuple(&[toy.global(b"toy", b"Plain")])]),
    (Fault::NewObjExTypes, 4, |toy| vec![newobj_ex(toy), toy.new_tuple(&[toy.none(), toy.none(), toy.none()])]),
];

fn newobj(toy: &Toy) -> Obj {
    toy.global(b"copyreg", b"__newobj__")
}

fn newobj_ex(toy: &Toy) -> Obj {
    toy.global(b"copyreg", b"__newobj_ex__")
}

fn plain(toy: &Toy) -> Obj {
    toy.instantiate(toy.global(b"toy", b"Plain"), toy.new_tuple(&[]), None).unwrap()
}

#[test]
fn bad_reductions_are_refused() {
    for &(fault, protocol, reduction) in REDUCTIONS {
        let toy = Toy::new();
        toy.hooks.reduction.set(Some(toy.new_tuple(&reduction(&toy))));
        assert_eq!(dump(&toy, plain(&toy), protocol), Err(Error::Fault(fault)));
    }
    let toy = Toy::new();
    toy.hooks.reduction.set(Some(toy.none()));
    assert_eq!(dump(&toy, plain(&toy), 2), Err(Error::Fault(Fault::ReduceType)));
}

#[test]
fn names_before_protocol_3_are_ascii() {
    let toy = Toy::new();
    let named = toy.global(b"toy", "Pla\u{ee}n".as_bytes());
    assert_eq!(dump(&toy, named, 2), Err(Error::Fault(Fault::NameNotAscii)));
    assert_eq!(dump(&toy, named, 3).unwrap(), b"\x80\x03ctoy\nPla\xc3\xaen\nq\0.");
}

/// Makes a container of two items.
type Container = fn(&Toy, &[Obj]) -> Obj;

/// Containers that get an item while their items are being written.
#[test]
fn changes_while_dumping_are_noticed() {
    let cases: &[(Container, Option<Fault>)] = &[
        (|toy, items| toy.new_list(items), None),
        (|toy, items| toy.new_dict(&[(items[0], items[0]), (items[1], items[1])]), Some(Fault::DictChanged)),
        (|toy, items| load(toy, b"\x8f(K\x02K\x03\x90.").unwrap_or(items[0]), Some(Fault::SetChanged)),
    ];
    for &(make, fault) in cases {
        for protocol in 4..6 {
            let toy = Toy::with(Hooks { persistent: true, ..Hooks::default() });
            let container = make(&toy, &[2, 3].map(|number| toy.new_thing(Thing::Int(number))));
            toy.hooks.grows.set(Some(container));
            let dumped = dump(&toy, container, protocol).map(|pickle| load(&toy, &pickle).map(|obj| toy.show(obj)));
            assert_eq!(dumped, fault.map_or(Ok(Ok("[2, 3, True]".into())), |fault| Err(Error::Fault(fault))));
        }
    }
}

/// Strings of Python 2 become what the options say.
#[test]
fn strings_of_python_2_are_decoded_as_asked() {
    let failed = |fault| Err(Error::Fault(fault));
    for (encoding, errors, expected) in [
        (Some(Encoding::Latin1), Some(Errors::Strict), Ok("61c3a9")),
        (Some(Encoding::Bytes), Some(Errors::Strict), Ok("b61e9")),
        (Some(Encoding::Utf8), Some(Errors::Strict), failed(Fault::BadEncoding)),
        (Some(Encoding::Ascii), Some(Errors::Strict), failed(Fault::BadEncoding)),
        (Some(Encoding::Ascii), Some(Errors::Replace), Ok("61efbfbd")),
        (Some(Encoding::Ascii), Some(Errors::Ignore), Ok("'a'")),
        (Some(Encoding::Ascii), None, failed(Fault::UnknownErrors)),
        (None, Some(Errors::Strict), failed(Fault::UnknownEncoding)),
    ] {
        let options = unpickler::Options { encoding, errors, ..UNPICKLING };
        let load = |pickle: &'static [u8]| {
            let toy = Toy::new();
            let outcome =
                Unpickler::new(&toy, options, &mut Reader::memory(pickle), &mut unpickler::Memo::new()).load();
            outcome.map(|obj| toy.show(obj))
        };
        for pickle in [b"U\x02a\xe9.".as_slice(), b"T\x02\0\0\0a\xe9.", b"S'a\\xe9'\n."] {
            assert_eq!(load(pickle), expected.map(Into::into));
        }
        assert_eq!(load(b"X\x01\0\0\0a."), Ok("'a'".into()));
    }
}
