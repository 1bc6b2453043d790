//! Pickles with something wrong: what is found, where, and that CPython raises the same class of exception.

use crate::cpython;
use crate::effort;
use crate::machine::{fault, in_pieces, load, opcodes};
use crate::outcome::{may_differ, show};
use crate::toy::Toy;
use mpickle_core::error::{Fault, Fault::*, Place};
use mpickle_core::wire::opcode;
use mpickle_core::wire::reader::Reader;

/// A pickle, the fault in it, and the opcode and offset where it is found. Where the input ends there is no opcode.
const FAULTS: &[(&[u8], Fault, u8, usize)] = &[
    (b"", EndOfInput, 0, 0),
    (b"N", EndOfInput, 0, 1),
    (b"\x80", Truncated, opcode::PROTO, 0),
    (b"\x80\x06N.", BadProtocol, opcode::PROTO, 0),
    (b"N\xffN.", BadOpcode, 0xff, 1),
    (b"\0.", BadOpcode, 0, 0),
    // Arguments that are cut.
    (b"NX\x05\0\0\0abc.", Truncated, opcode::BINUNICODE, 1),
    (b"NB\xff\xff\0\0.", Truncated, opcode::BINBYTES, 1),
    (b"M\x01", Truncated, opcode::BININT2, 0),
    (b"G1234567", Truncated, opcode::BINFLOAT, 0),
    (b"\x8a\x03ab", Truncated, opcode::LONG1, 0),
    (b"I12", Truncated, opcode::INT, 0),
    (b"Nctoy\nPlain", Truncated, opcode::GLOBAL, 1),
    (b"ctoy\n\n.", Truncated, opcode::GLOBAL, 0),
    // Too few objects on the stack.
    (b".", StackUnderflow, opcode::STOP, 0),
    (b"0.", StackUnderflow, opcode::POP, 0),
    (b"2.", StackUnderflow, opcode::DUP, 0),
    (b"]a.", StackUnderflow, opcode::APPEND, 1),
    (b"}Ns.", StackUnderflow, opcode::SETITEM, 2),
    (b"N\x86.", StackUnderflow, opcode::TUPLE2, 1),
    (b")R.", StackUnderflow, opcode::REDUCE, 1),
    (b"\x94.", StackUnderflow, opcode::MEMOIZE, 0),
    (b"N(.", UnexpectedMark, opcode::STOP, 2),
    (b"N(\x85.", UnexpectedMark, opcode::TUPLE1, 2),
    (b"](a.", UnexpectedMark, opcode::APPEND, 2),
    (b"N(q\0.", UnexpectedMark, opcode::BINPUT, 2),
    (b"N(Q.", UnexpectedMark, opcode::BINPERSID, 2),
    (b"(N0(0.", UnexpectedMark, opcode::STOP, 5),
    // Too few marks.
    (b"Ne.", NoMark, opcode::APPENDS, 1),
    (b"Nu.", NoMark, opcode::SETITEMS, 1),
    (b"Nt.", NoMark, opcode::TUPLE, 1),
    (b"Nl.", NoMark, opcode::LIST, 1),
    (b"Nd.", NoMark, opcode::DICT, 1),
    (b"No.", NoMark, opcode::OBJ, 1),
    (b"N1.", NoMark, opcode::POP_MARK, 1),
    (b"N\x90.", NoMark, opcode::ADDITEMS, 1),
    (b"N\x91.", NoMark, opcode::FROZENSET, 1),
    (b"itoy\nPlain\n.", NoMark, opcode::INST, 0),
    (b"(o.", StackUnderflow, opcode::OBJ, 1),
    (b"(Nd.", OddDictItems, opcode::DICT, 2),
    (b"}(Nu.", OddDictItems, opcode::SETITEMS, 3),
    // The memo.
    (b"h\0.", MemoMiss, opcode::BINGET, 0),
    (b"Nq\x01j\xff\xff\xff\xff.", MemoMiss, opcode::LONG_BINGET, 3),
    (b"g7\n.", MemoMiss, opcode::GET, 0),
    (b"g-1\n.", MemoMiss, opcode::GET, 0),
    (b"Np-1\n.", NegativeMemo, opcode::PUT, 1),
    (b"Npx\n.", BadInt, opcode::PUT, 1),
    // Lengths.
    (b"\x8b\xff\xff\xff\xff.", NegativeCount, opcode::LONG4, 0),
    (b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", TooLong, opcode::BINBYTES8, 0),
    (b"\x8d\0\0\0\0\0\0\0\x80.", TooLong, opcode::BINUNICODE8, 0),
    (b"\x96\xff\xff\xff\xff\xff\xff\xff\xff.", TooLong, opcode::BYTEARRAY8, 0),
    (b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", TooLong, opcode::FRAME, 0),
    // Text.
    (b"Ix\n.", BadInt, opcode::INT, 0),
    (b"L12LL\n.", BadInt, opcode::LONG, 0),
    (b"F1.5x\n.", BadFloat, opcode::FLOAT, 0),
    (b"F1e400\n.", FloatTooLarge, opcode::FLOAT, 0),
    (b"Sabc\n.", UnquotedString, opcode::STRING, 0),
    (b"S'\\x1'\n.", BadEscape, opcode::STRING, 0),
    (b"V\\u12\n.", BadRawUnicode, opcode::UNICODE, 0),
    (b"X\x02\0\0\0a\xff.", BadUtf8, opcode::BINUNICODE, 0),
    (b"NU\x02a\xff.", BadEncoding, opcode::SHORT_BINSTRING, 1),
    (b"P\xff\n.", PersidNotAscii, opcode::PERSID, 0),
    // Objects of the wrong kind.
    (b"NN\x93.", NotAString, opcode::STACK_GLOBAL, 2),
    (b"N)\x81.", NotAClass, opcode::NEWOBJ, 2),
    (b"ctoy\nPlain\nN\x81.", NotATuple, opcode::NEWOBJ, 12),
    (b"ctoy\nPlain\n)N\x92.", NotADict, opcode::NEWOBJ_EX, 13),
    (b"ctoy\nPlain\n)\x81K\x01b.", StateNotADict, opcode::BUILD, 15),
    (b"ctoy\nPlain\n)\x81NK\x01\x86b.", SlotsNotADict, opcode::BUILD, 17),
    // What nobody has given.
    (b"\x82\0.", BadExtension, opcode::EXT1, 0),
    (b"\x84\xff\xff\xff\xff.", BadExtension, opcode::EXT4, 0),
    (b"\x83\x09\0.", UnknownExtension, opcode::EXT2, 0),
    (b"Pid\n.", NoPersistentLoad, opcode::PERSID, 0),
    (b"NQ.", NoPersistentLoad, opcode::BINPERSID, 1),
    (b"\x97.", NoBuffers, opcode::NEXT_BUFFER, 0),
];

/// Pickles that CPython does not write, good and bad.
const OTHERS: &[&[u8]] = &[
    b"(I0x1F\nI0b101\nI1_000\nI00\nI01\nI 7 \nI99999999999999999999999\nl.",
    b"(L12L\nL-12\nL99999999999999999999999L\nL0x10L\nt.",
    b"(F1.5\nF-inf\nFnan\nF1e5\nF-0.0\nl.",
    b"(S'text'\nS\"it's\"\nS'\\x41\\n\\101'\nU\x02abT\x02\0\0\0abt.",
    b"(V\\u0041\\U0001f600\\x\\\n\x8d\x02\0\0\0\0\0\0\0ab\x8e\x02\0\0\0\0\0\0\0abt.",
    b"(K\x01K\x02K\x03K\x04d.",
    b"(K\x01K\x02l2\x86.",
    b"(K\x01(K\x02K\x031K\x04l.",
    b"(K\x01(0K\x02l.",
    b"]p7\nq\x08r\xff\xff\0\0(g7\nh\x08j\xff\xff\0\0t.",
    b"K\x01q\0K\x02q\0h\0\x86.",
    b"(itoy\nPlain\n.",
    b"(K\x01itoy\nGiven\n.",
    b"(ctoy\nPlain\no.",
    b"\x82\x01\x83\x2c\x01\x84\x70\x11\x01\0\x87.",
    b"\x8b\x09\0\0\0\x01\0\0\0\0\0\0\0\x01\x8a\0\x86.",
    b"\x8f(K\x01K\x01K\x02\x90.",
    b"(K\x01K\x01\x91.",
    b"}(K\x01K\x02K\x01K\x03u.",
    b"\x80\x04\x95\x02\0\0\0\0\0\0\0N.",
    b"\x80\x00\x80\x05N.",
    b"N.after",
    b"(N.",
    b"]](K\x01e.",
    b"K\x01]a.",
    b"K\x01(K\x02e.",
    b"K\x01K\x02K\x03s.",
    b"]\x8f(]\x90.",
    b"]}]Ns.",
    b"(]\x91.",
    b"NNR.",
    b"N)R.",
    b"K\x01Nb.",
    b"K\x01}b.",
    b"K\x01}K\x01K\x02sb.",
    b"N\x98.",
    b"C\x01a\x98.",
    b"cmissing\nThing\n.",
    b"ctoy\nOuter.Inner\n.",
    b"\x80\x04ctoy\nOuter.Inner\n.",
    b"c\xff\nThing\n.",
    b"ctoy\nPlain\nN\x86R.",
];

#[test]
fn faults_are_found_where_they_are() {
    for &(pickle, expected, opcode, offset) in FAULTS {
        let opcode = Some(opcode).filter(|_| expected != EndOfInput);
        let expected = (expected, Place { opcode, offset });
        let name = pickle.escape_ascii();
        let toy = Toy::new();
        assert_eq!(fault(&toy, Reader::memory(pickle)), expected, "{name}");
        for piece in [1, usize::MAX] {
            let reader = Reader::stream(in_pieces(&toy, pickle, piece));
            assert_eq!(fault(&toy, reader), expected, "{name}, from a stream");
        }
    }
}

#[test]
fn faults_have_the_classes_of_cpython() {
    compare(FAULTS.iter().map(|(pickle, ..)| pickle.to_vec()));
}

#[test]
fn rare_pickles_load_as_in_cpython() {
    compare(OTHERS.iter().map(|pickle| pickle.to_vec()));
}

#[test]
fn every_prefix_fails_as_in_cpython() {
    compare(cpython::short_prefixes().map(<[u8]>::to_vec));
}

/// Every byte of pickles of plain data is changed in some ways.
#[test]
fn changed_bytes_do_as_in_cpython() {
    let names = ["ints-31", "ints-64", "floats", "str", "bytes", "tuples", "empty", "shared", "tuple-in-itself-2"];
    let pickles = names.iter().flat_map(|name| cpython::case(name).pickles().map(|(_, pickle)| pickle));
    let named = [opcode::GLOBAL, opcode::STACK_GLOBAL];
    let pickles = pickles.filter(|pickle| !opcodes(pickle).iter().any(|op| named.contains(&op.code)));
    let places = effort::picked(pickles, 7)
        .flat_map(|pickle| effort::picked(0..pickle.len(), 41).map(move |place| (pickle, place)));
    compare(places.flat_map(|(pickle, place)| changes(pickle, place)));
}

/// The pickle with one byte changed: bits of it, all, and to zero.
fn changes(pickle: &[u8], place: usize) -> impl Iterator<Item = Vec<u8>> {
    [0x01, 0x10, 0x80, 0xff, pickle[place]].into_iter().map(move |change| {
        let mut pickle = pickle.to_vec();
        pickle[place] ^= change;
        pickle
    })
}

/// Loads pickles here and there.
fn compare(pickles: impl Iterator<Item = Vec<u8>>) {
    let pickles: Vec<Vec<u8>> = pickles.collect();
    for (pickle, theirs) in pickles.iter().zip(cpython::loads(&pickles)) {
        let toy = Toy::new();
        let ours = show(&toy, load(&toy, pickle));
        assert!(
            ours == theirs || may_differ(&toy, pickle, &ours, &theirs),
            "{}: {ours}, {theirs}",
            pickle.escape_ascii()
        );
    }
}
