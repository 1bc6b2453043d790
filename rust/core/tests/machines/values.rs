//! Values from CPython and back.

use crate::cpython;
use crate::effort;
use crate::machine::{dump, load};
use crate::toy::Toy;

/// What CPython pickled is loaded, and pickled again in the same protocol and others.
#[test]
fn values_are_the_same_and_so_are_their_pickles() {
    for (case, from, pickle) in effort::picked(cpython::pickles(effort::up_to(cpython::SHORT, usize::MAX)), 29) {
        let toy = Toy::new();
        let obj = load(&toy, pickle).unwrap_or_else(|error| panic!("{} {from}: {error:?}", case.name));
        assert_eq!(toy.show(obj), case.shown, "{} {from}", case.name);
        for (to, expected) in case.pickles().filter(|&(to, _)| to == from || case.is_short()) {
            let dumped = dump(&toy, obj, to).unwrap_or_else(|error| panic!("{} {to}: {error:?}", case.name));
            assert!(dumped == expected, "{} {from} {to}: {}", case.name, difference(&dumped, expected));
        }
    }
}

/// The first place where bytes differ, with some bytes around it.
fn difference(ours: &[u8], theirs: &[u8]) -> String {
    let place = ours.iter().zip(theirs).position(|(a, b)| a != b);
    let place = place.unwrap_or(ours.len().min(theirs.len()));
    let around = |bytes: &[u8]| {
        let end = bytes.len().min(place + 20);
        bytes[place.saturating_sub(20).min(end)..end].escape_ascii().to_string()
    };
    format!("at {place}: {} is not {}", around(ours), around(theirs))
}
