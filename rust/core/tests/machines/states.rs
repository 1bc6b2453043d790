//! States that the memo lets go of: nothing that is loaded shows it. What was given back is not looked at again, or
//! [`Toy::thing`] panics.

use crate::effort;
use crate::machine::load;
use crate::outcome::show;
use crate::toy::{Hooks, Toy};

/// A class as item 0 of the memo, a mark, and an instance with its state as items 1 and 2.
const BEGIN: &[u8] = b"\x80\x04ctoy\nPlain\n\x940(h\0)\x81\x94}\x94";

/// What comes after it, in any order.
const PIECES: &[&[u8]] = &[
    b"K\x01K\x02s",
    b"K\x03h\x01s",
    b"K\x04h\x02s",
    b"b",
    b"K\x05K\x06sb",
    b"b",
    b"h\0)\x81\x94}\x94",
    b"h\0)\x81\x94}\x94K\x07K\x08sb",
    b"h\0)\x81\x94}K\x07K\x08\x94sb",
    b"h\0)\x81h\x02b",
    b"h\x01h\x04b",
    b"h\x01",
    b"h\x02",
    b"h\x03",
    b"h\x04",
    b"h\x02K\x09K\x0as",
    b"h\x04q\x02",
    b"Nq\x010",
    b"0(K\x0bK\x0cd",
    b"0}\x94",
    b"h\0)R",
    b"\x94",
    b"2",
    b"0",
    b"N\x86",
];

#[test]
fn what_is_loaded_is_the_same_as_if_they_were_kept() {
    let count = effort::up_to(30, 20_000);
    let mut numbers = numbers();
    let mut whole = 0;
    for _ in 0..count {
        let length = 1 + numbers.next().unwrap() % 8;
        let pieces = numbers.by_ref().take(length).map(|number| PIECES[number % PIECES.len()]);
        let pickle = [BEGIN, &pieces.collect::<Vec<_>>().concat(), b"t."].concat();
        let outcomes = [false, true].map(|keeps_states| {
            let toy = Toy::with(Hooks { keeps_states, ..Hooks::default() });
            show(&toy, load(&toy, &pickle))
        });
        assert_eq!(outcomes[0], outcomes[1], "{}", pickle.escape_ascii());
        whole += usize::from(!outcomes[0].starts_with('!'));
    }
    assert!(whole > count / 10, "{whole} of {count} pickles are whole");
}

/// The same numbers each time, as if by chance (Knuth's constants).
fn numbers() -> impl Iterator<Item = usize> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    })
}
