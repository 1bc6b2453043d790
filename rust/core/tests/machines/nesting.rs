//! Nesting that is far deeper than the stack: the machines do not recurse.

use crate::effort;
use crate::machine::{dump, dump_to, in_pieces, load, load_from};
use crate::toy::{Obj, Stream, Toy};
use mpickle_core::wire::writer::STREAM_FRAME;

const LEVELS: usize = 100_000;
const STACK: usize = 64 * 1024;

/// What a level is made of the one below it.
type Level = fn(&Toy, Obj) -> Obj;

const LEVEL: &[(&str, Level)] = &[
    ("list of one", |toy, inside| toy.new_list(&[inside])),
    ("list of two", |toy, inside| toy.new_list(&[inside, inside])),
    ("tuple of one", |toy, inside| toy.new_tuple(&[inside])),
    ("tuple of four", |toy, inside| toy.new_tuple(&[inside, inside, inside, inside])),
    ("dict of one", |toy, inside| toy.new_dict(&[(toy.new_tuple(&[]), inside)])),
    ("dict of two", |toy, inside| toy.new_dict(&[(toy.new_tuple(&[]), inside), (toy.text("key"), inside)])),
    ("list, tuple and dict", |toy, inside| {
        toy.new_list(&[toy.new_tuple(&[toy.new_dict(&[(toy.new_tuple(&[]), inside)])])])
    }),
];

fn on_a_stack<T: Send + 'static>(size: usize, test: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(size).spawn(test);
    thread.unwrap().join().unwrap()
}

fn nested(toy: &Toy, level: Level, levels: usize) -> Obj {
    (0..levels).fold(toy.new_tuple(&[]), |inside, _| level(toy, inside))
}

/// Dumps a deep value, loads it and dumps what was loaded. How much of the stack that took.
fn come_and_go(level: Level, levels: usize, protocol: u8) -> usize {
    let toy = Toy::new();
    let here = &raw const toy as usize;
    let pickle = dump(&toy, nested(&toy, level, levels), protocol).unwrap();
    assert!(pickle.len() > levels);
    let again = load(&toy, &pickle).and_then(|obj| dump(&toy, obj, protocol));
    assert!(again == Ok(pickle));
    here - toy.lowest.get()
}

/// Not so deep that the stack would overflow, for that would end all tests.
#[test]
fn depth_takes_no_stack() {
    for &(name, level) in LEVEL {
        for protocol in 0..6 {
            let used = on_a_stack(16 << 20, move || come_and_go(level, 1000, protocol));
            assert!(used < STACK / 2, "{name}, protocol {protocol}: {used} bytes of stack for 1000 levels");
        }
    }
    // Then so deep that it would.
    for (level, protocol) in [(0, 4), (2, 2), (4, 0), (6, 5)] {
        on_a_stack(STACK, move || come_and_go(LEVEL[level].1, LEVELS, protocol));
    }
}

/// The many opcodes that end the containers go out in pieces, too.
#[test]
fn depth_goes_through_streams_in_pieces() {
    for &(name, level) in LEVEL {
        for protocol in [0, 1, 2, 4] {
            let longest = on_a_stack(16 << 20, move || longest_piece(level, protocol));
            assert!(longest < 3 * STREAM_FRAME, "{name}, protocol {protocol}: {longest} bytes at once");
        }
    }
}

/// Dumps to a stream and loads from there. How much went out at once at most.
fn longest_piece(level: Level, protocol: u8) -> usize {
    let toy = Toy::new();
    let (obj, stream) = (nested(&toy, level, effort::up_to(50, 3000)), toy.new_stream(Stream::writing()));
    dump_to(&toy, stream, obj, protocol).unwrap();
    let pickle = toy.stream(stream, |stream| stream.data().to_vec());
    let again = load_from(&toy, in_pieces(&toy, &pickle, 100)).and_then(|again| dump(&toy, again, protocol));
    assert_eq!(again, dump(&toy, obj, protocol));
    toy.stream(stream, |stream| stream.calls().iter().map(|call| call.1).max()).unwrap()
}
