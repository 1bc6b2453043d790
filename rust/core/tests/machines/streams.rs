//! Dumping to streams and loading from them.

use crate::cpython;
use crate::effort;
use crate::machine::{dump_to, in_pieces, load, load_from, opcodes};
use crate::toy::{Error, Stream, Toy};
use mpickle_core::error::Fault;
use mpickle_core::wire::opcode;
use mpickle_core::wire::reader::CHUNK;
use mpickle_core::wire::writer::STREAM_FRAME;

/// What goes out at once ends at the first object past the size of a frame. A short payload and the opcodes that
/// end containers can make it longer.
const PIECE: usize = 2 * STREAM_FRAME + 256;

/// A value dumped to a stream: what came out, and how much at a time.
fn dump_in_pieces(pickle: &[u8], protocol: u8) -> (Vec<u8>, Vec<usize>) {
    let toy = Toy::new();
    let stream = toy.new_stream(Stream::writing());
    let obj = load(&toy, pickle).unwrap();
    dump_to(&toy, stream, obj, protocol).unwrap();
    toy.stream(stream, |stream| {
        let sizes = stream.calls().iter().map(|&(_, size)| size).collect();
        (stream.data().to_vec(), sizes)
    })
}

#[test]
fn what_goes_out_in_pieces_is_read_by_cpython() {
    let cases = || effort::picked(cpython::pickles(effort::up_to(cpython::SHORT, usize::MAX)), 41);
    let mut pickles = Vec::new();
    for (case, protocol, pickle) in cases() {
        let (data, sizes) = dump_in_pieces(pickle, protocol);
        check_frames(&data, protocol);
        // A long payload is written from where it lies.
        let payloads = opcodes(&data).iter().filter(|op| op.end - op.start > STREAM_FRAME).count();
        let long = sizes.iter().filter(|&&size| size > PIECE).count();
        assert!(long <= payloads, "{} {protocol}: {sizes:?}", case.name);
        pickles.push(data);
    }
    for (shown, (case, protocol, _)) in cpython::loads(&pickles).iter().zip(cases()) {
        assert!(*shown == case.shown, "{} {protocol}: {shown:.200}", case.name);
    }
}

/// Frames are short but not too short, end between opcodes, and hold all but long payloads and what is too short.
fn check_frames(data: &[u8], protocol: u8) {
    let mut end = if protocol < 4 { usize::MAX } else { 0 };
    // How many bytes stand outside of frames, one after another.
    let mut bare = 0;
    let ops = opcodes(data);
    // An int of any size goes with its opcode.
    let ints = ops.iter().filter(|op| op.code == opcode::LONG4);
    let longest = PIECE + ints.map(|op| op.end - op.start).max().unwrap_or(0);
    for op in ops {
        assert!(op.end <= end || op.start >= end);
        if op.code == opcode::FRAME {
            let length = u64::from_le_bytes(data[op.start + 1..op.end].try_into().unwrap()) as usize;
            assert!((4..=longest).contains(&length) && op.start >= end);
            end = op.end + length;
            bare = 0;
        } else if op.end - op.start > STREAM_FRAME {
            bare = 0;
        } else if op.start >= end && op.code != opcode::PROTO {
            bare += op.end - op.start;
            assert!(bare < 4);
        }
    }
}

/// Two pickles and something else in one stream.
#[test]
fn nothing_is_read_past_stop() {
    for (case, protocol, pickle) in effort::picked(cpython::pickles(cpython::SHORT), 61) {
        for piece in [1, 3, usize::MAX] {
            let toy = Toy::new();
            let stream = in_pieces(&toy, &[pickle, pickle, b"after"].concat(), piece);
            for end in [pickle.len(), 2 * pickle.len()] {
                let obj = load_from(&toy, stream).unwrap();
                assert_eq!(toy.show(obj), case.shown, "{} {protocol}", case.name);
                toy.stream(stream, |stream| {
                    let asked = stream.calls().iter().map(|&(start, size)| start + size).max();
                    assert_eq!((stream.position(), asked), (end, Some(end)), "{} {protocol}", case.name);
                });
            }
        }
    }
}

/// Frames and payloads of any size are fetched in pieces that have a bound, or grow with what came already.
#[test]
fn reads_are_bounded() {
    let long = cpython::pickles(usize::MAX).filter(|(.., pickle)| pickle.len() > effort::up_to(CHUNK, 65535));
    for (case, protocol, pickle) in effort::picked(long, 73) {
        let toy = Toy::new();
        let stream = in_pieces(&toy, pickle, 1000);
        let obj = load_from(&toy, stream).unwrap();
        assert!(toy.show(obj) == case.shown, "{} {protocol}", case.name);
        toy.stream(stream, |stream| {
            assert_eq!(stream.position(), pickle.len());
            for &(start, size) in stream.calls() {
                assert!(size <= start.max(CHUNK), "{} {protocol}: {size} at {start}", case.name);
            }
        });
    }
}

/// Calls of the stream raise in turn.
#[test]
fn exceptions_of_streams_pass_through() {
    let names = ["shared", "reduced-all", "list-1000", "str-65535"];
    for name in &names[..effort::up_to(2, 4)] {
        for (protocol, pickle) in effort::picked(cpython::case(name).pickles(), 5) {
            let raises = |stream: Stream, write: bool| {
                let toy = Toy::new();
                let stream = toy.new_stream(stream);
                let outcome = match write {
                    true => load(&toy, pickle).and_then(|obj| dump_to(&toy, stream, obj, protocol)),
                    false => load_from(&toy, stream).map(|_| ()),
                };
                (outcome, toy.stream(stream, |stream| stream.calls().len()))
            };
            for write in [false, true] {
                let stream = || {
                    if write { Stream::writing() } else { Stream::reading(pickle, 3000) }
                };
                let (outcome, calls) = raises(stream(), write);
                assert_eq!(outcome, Ok(()));
                for call in (0..calls).step_by(1 + calls / 20) {
                    let (outcome, made) = raises(stream().raising_at(call), write);
                    assert_eq!(outcome, Err(Error::Raised("OSError")), "{name} {protocol} {call}");
                    assert_eq!(made, call + 1, "nothing is asked of a stream that raised");
                }
            }
        }
    }
}

/// A stream that ends too soon, wherever that is.
#[test]
fn cut_streams_are_noticed() {
    for prefix in cpython::short_prefixes() {
        let toy = Toy::new();
        let outcome = load_from(&toy, in_pieces(&toy, prefix, 7));
        let expected = [Err(Error::Fault(Fault::EndOfInput)), Err(Error::Fault(Fault::Truncated))];
        assert!(expected.contains(&outcome), "{}: {outcome:?}", prefix.escape_ascii());
    }
}
