//! Nesting that is far deeper than the stack: the machines do not recurse.

use crate::machine::{dump, dump_to, in_pieces, load, load_from};
use crate::toy::{Obj, Stream, Toy};
use mpickle_core::wire::writer::STREAM_FRAME;

const LEVELS: usize = 100_000;
const STACK: usize = 64 * 1024;

/// What a level is made of the one below it.
const LEVEL: &[fn(&Toy, Obj) -> Obj] = &[
    |toy, inside| toy.new_list(&[inside]),
    |toy, inside| toy.new_list(&[inside, inside]),
    |toy, inside| toy.new_tuple(&[inside]),
    |toy, inside| toy.new_tuple(&[inside, inside, inside, inside]),
    |toy, inside| toy.new_dict(&[(toy.new_tuple(&[]), inside)]),
    |toy, inside| toy.new_list(&[toy.new_tuple(&[toy.new_dict(&[(inside, inside)])])]),
];

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(test);
    thread.unwrap().join().unwrap();
}

fn nested(toy: &Toy, level: fn(&Toy, Obj) -> Obj) -> Obj {
    (0..LEVELS).fold(toy.new_tuple(&[]), |inside, _| level(toy, inside))
}

/// Dumps a deep value, loads it and dumps what was loaded.
fn come_and_go(level: fn(&Toy, Obj) -> Obj, protocol: u8) {
    let toy = Toy::new();
    let pickle = dump(&toy, nested(&toy, level), protocol).unwrap();
    assert!(pickle.len() > LEVELS);
    let again = load(&Toy::new(), &pickle).map(drop).and_then(|()| dump(&toy, load(&toy, &pickle)?, protocol));
    assert!(again == Ok(pickle));
}

#[test]
fn depth_takes_no_stack() {
    for &level in LEVEL {
        on_a_small_stack(move || (0..6).for_each(|protocol| come_and_go(level, protocol)));
    }
}

/// The many opcodes that end the containers go out in pieces, too.
#[test]
fn depth_goes_through_streams_in_pieces() {
    on_a_small_stack(|| {
        for protocol in [0, 2, 4] {
            let toy = Toy::new();
            let (obj, stream) = (nested(&toy, LEVEL[0]), toy.new_stream(Stream::writing()));
            dump_to(&toy, stream, obj, protocol).unwrap();
            let pickle = toy.stream(stream, |stream| stream.data().to_vec());
            let obj = load_from(&toy, in_pieces(&toy, &pickle, 100)).unwrap();
            let longest = toy.stream(stream, |stream| stream.calls().iter().map(|call| call.1).max());
            assert!(dump(&toy, obj, protocol).unwrap().len() <= pickle.len());
            assert!(longest < Some(3 * STREAM_FRAME), "protocol {protocol}: {longest:?} bytes at once");
        }
    });
}
