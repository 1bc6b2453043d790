//! Pickles that announce more than there is: memory is taken only for what really comes.

use crate::effort;
use crate::machine::{in_pieces, load, load_from};
use crate::memory;
use crate::toy::{Error, Toy};
use mpickle_core::error::Fault;

/// More than any of these pickles may take.
const LIMIT: usize = 32 * 1024;

/// Opcodes that announce a payload, with the longest count that is one.
const ANNOUNCED: &[&[u8]] = &[
    b"T\xff\xff\xff\x7f",
    b"X\xff\xff\xff\xff",
    b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"B\xff\xff\xff\xff",
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x96\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x8b\xff\xff\xff\x7f",
    b"\x95\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x95\xff\xff\xff\xff\xff\xff\xff\x7fX\xff\xff\xff\xff",
];

#[test]
fn announced_lengths_take_no_memory() {
    for &announced in ANNOUNCED {
        for there in [0, 1, 5000] {
            let toy = Toy::new();
            let pickle = [announced, &vec![b'N'; there]].concat();
            let stream = in_pieces(&toy, &pickle, 700);
            let (outcome, memory) = memory::peak_of(|| load(&toy, &pickle));
            assert_eq!(outcome, Err(Error::Fault(Fault::Truncated)), "{}", announced.escape_ascii());
            assert!(memory < LIMIT, "{}: {memory}", announced.escape_ascii());
            let (outcome, memory) = memory::peak_of(|| load_from(&toy, stream));
            assert!(outcome.is_err());
            // The toy keeps each object, and the stream remembers each call.
            assert!(memory < LIMIT + 200 * there, "{} from a stream: {memory}", announced.escape_ascii());
        }
    }
}

/// Indexes far apart, from the top down, and one for each bit.
#[test]
fn indexes_take_no_memory() {
    let sparse: Vec<u32> = (0..100).map(|number| u32::MAX - number * 40_000_000).collect();
    let bits: Vec<u32> = (0..32).map(|bit| 1 << bit).collect();
    for indexes in [vec![u32::MAX], vec![1, 0, 3, 2], sparse, bits] {
        let puts = indexes.iter().map(|index| [b"K\0r".as_slice(), &index.to_le_bytes(), b"0"].concat());
        let gets = indexes.iter().map(|index| [b"j".as_slice(), &index.to_le_bytes()].concat());
        let pickle = [puts.collect::<Vec<_>>().concat(), b"(".into(), gets.collect::<Vec<_>>().concat(), b"l.".into()];
        let toy = Toy::new();
        let pickle = pickle.concat();
        let (outcome, memory) = memory::peak_of(|| load(&toy, &pickle));
        let zeros = vec!["0"; indexes.len()].join(", ");
        assert_eq!(toy.show(outcome.unwrap()), format!("[{zeros}]"));
        assert!(memory < LIMIT, "{memory}");
    }
    for index in ["99999999999999999999", "9223372036854775807"] {
        let toy = Toy::new();
        let pickle = format!("Np{index}\ng{index}\n.");
        let (_, memory) = memory::peak_of(|| load(&toy, pickle.as_bytes()));
        assert!(memory < LIMIT, "{memory}");
    }
}

/// The memo of a dump takes memory for what is in it: some tens of bytes for each object.
#[test]
fn memory_of_a_dump_follows_its_objects() {
    let toy = Toy::new();
    let items: Vec<_> = (0..effort::up_to(300, 10_000)).map(|_| toy.new_list(&[])).collect();
    let list = toy.new_list(&items);
    let (pickle, memory) = memory::peak_of(|| crate::machine::dump(&toy, list, 4).unwrap());
    assert!(memory < 3 * pickle.len() + 40 * items.len() + LIMIT, "{memory} for {} bytes", pickle.len());
}
