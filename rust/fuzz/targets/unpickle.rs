//! Any bytes, unpickled from memory and from streams: a value or an error, the same from all; and what is a value is
//! dumped and loaded again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mpickle_core::error::Fault;
use mpickle_fuzz::machine::{dump, in_pieces, load, load_from};
use mpickle_fuzz::memory::{Refuse, refusing};
use mpickle_fuzz::outcome::show;
use mpickle_fuzz::toy::{Error, Hooks, Toy};

mpickle_fuzz::mutates_pickles!();

fuzz_target!(|data: &[u8]| {
    let toy = toy_for(data);
    let outcome = load(&toy, data);
    let expected = show(&toy, outcome);
    // What is tried beside that, the input says.
    let number = data.iter().map(|&byte| usize::from(byte)).sum::<usize>();
    let piece = [1, 2, 7, 100, usize::MAX][number % 5];
    let toy = toy_for(data);
    let streamed = load_from(&toy, in_pieces(&toy, data, piece));
    let shown = show(&toy, streamed);
    // A frame's length is believed until it has been read, and STOP may come before.
    assert!(shown == expected || data.contains(&0x95), "in pieces of {piece}: {shown}, {expected}");
    // Not everything that is loaded can be dumped, or loaded again: a stream, a method.
    if let Ok(obj) = streamed
        && let Ok(pickle) = dump(&toy, obj, number as u8 % 6)
    {
        let _ = load(&toy, &pickle);
    }
    // One allocation fails, or one call raises.
    let number = number % (data.len() + 8);
    let toy = toy_for(data);
    let (outcome, refused) = refusing(Refuse::Only(number), || load(&toy, data));
    let memory = [Err(Error::Fault(Fault::OutOfMemory)), Err(Error::Raised("MemoryError"))];
    assert!(refused || !memory.contains(&outcome) || expected == "!MemoryError", "{outcome:?}");
    let toy = Toy::with(Hooks { raise_at: Some(number), ..hooks(data) });
    let outcome = load(&toy, data);
    assert!(toy.calls.get() <= number || outcome == Err(Error::Raised("KeyboardInterrupt")), "{outcome:?}");
});

fn toy_for(data: &[u8]) -> Toy {
    Toy::with(hooks(data))
}

/// What comes after STOP says what hooks there are.
fn hooks(data: &[u8]) -> Hooks {
    let last = data.last().copied().unwrap_or(0);
    Hooks { replaces: last & 0x81 == 0x81, persistent: last & 0x82 == 0x82, ..Hooks::default() }
}
