//! Memory that runs out and an interpreter that raises, at each point in turn: an error comes out, nothing is lost,
//! and nothing is leaked.

use crate::cpython;
use crate::effort;
use crate::machine::{dump, dump_to, in_pieces, load, load_from};
use crate::memory::{self, Refuse};
use crate::toy::{Error, Hooks, Result, Stream, Toy};
use mpickle_core::error::Fault;

const NAMES: &[&str] = &[
    "ints-128",
    "str",
    "bytes",
    "bytearray",
    "tuples",
    "empty",
    "ordered",
    "deep",
    "keys",
    "shared",
    "list-1001",
    "tuple-in-itself-5",
    "instance-in-its-arguments",
    "memo-300",
    "types",
    "nested-name",
    "plain",
    "stateful",
    "named",
    "slotted",
    "reduced-all",
    "reduced-setter",
    "singleton-types",
    "complex",
];

type Way = fn(&Toy, &[u8], u8) -> Result<()>;

/// What is tried: each loads a pickle, and some dump it again. Loading for a dump is not refused.
const WAYS: &[Way] = &[
    |toy, pickle, _| load(toy, pickle).map(drop),
    |toy, pickle, _| load_from(toy, memory::exempt(|| in_pieces(toy, pickle, 600))).map(drop),
    |toy, pickle, protocol| {
        let obj = memory::exempt(|| load(toy, pickle))?;
        let dumped = dump(toy, obj, protocol)?;
        memory::exempt(|| assert!(dumped == pickle));
        memory::exempt(|| drop(dumped));
        Ok(())
    },
    |toy, pickle, protocol| {
        let (obj, stream) = memory::exempt(|| (load(toy, pickle), toy.new_stream(Stream::writing())));
        dump_to(toy, stream, obj?, protocol)
    },
];

/// Runs `try_it` for each case, protocol and way.
fn each_way(mut try_it: impl FnMut(&dyn Fn(&Toy) -> Result<()>)) {
    let cases = NAMES.iter().map(|name| cpython::case(name)).filter(|case| case.is_short() || !effort::is_small());
    let pickles = cases.flat_map(|case| case.pickles().filter(|&(protocol, _)| protocol == 0 || protocol == 5));
    let ways = pickles.flat_map(|pickle| WAYS.iter().map(move |way| (pickle, way)));
    for ((protocol, pickle), way) in effort::picked(ways, 73) {
        try_it(&|toy| way(toy, pickle, protocol));
    }
}

/// The numbers from 0 on for as long as `fails`, all of the first ones and some of those after.
fn while_it_fails(mut fails: impl FnMut(usize) -> bool) {
    let mut number = 0;
    while fails(number) {
        number += 1 + number / effort::up_to(5, 50);
    }
}

#[test]
fn any_allocation_may_fail() {
    let out_of_memory = [Error::Fault(Fault::OutOfMemory), Error::Raised("MemoryError")];
    each_way(|way| {
        while_it_fails(|number| {
            let refused = [Refuse::From(number), Refuse::Only(number)].map(|which| {
                let live = memory::live();
                let toy = Toy::new();
                let (outcome, refused) = memory::refusing(which, || way(&toy));
                match outcome {
                    Ok(()) => assert!(!refused || matches!(which, Refuse::Only(_))),
                    Err(error) => assert!(refused && out_of_memory.contains(&error), "{error:?}"),
                }
                drop(toy);
                assert_eq!(memory::live(), live, "{which:?}");
                refused
            });
            refused[0]
        });
    });
}

#[test]
fn any_call_may_raise() {
    each_way(|way| {
        while_it_fails(|number| {
            let live = memory::live();
            let toy = Toy::with(Hooks { raise_at: Some(number), ..Hooks::default() });
            let outcome = way(&toy);
            let raised = toy.calls.get() > number;
            let expected = if raised { Err(Error::Raised("KeyboardInterrupt")) } else { Ok(()) };
            assert_eq!(outcome, expected);
            assert!(toy.calls.get() <= number + 1, "nothing is called after that");
            drop(toy);
            assert_eq!(memory::live(), live);
            raised
        });
    });
}
