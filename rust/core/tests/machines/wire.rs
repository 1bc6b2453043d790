//! The reader and the writer by themselves: from memory or a stream, to memory or a stream, is the same.

use crate::machine::{in_pieces, opcodes};
use crate::toy::{Obj, Result, Stream, Thing, Toy};
use mpickle_core::runtime::Runtime;
use mpickle_core::wire::opcode;
use mpickle_core::wire::reader::{CHUNK, Payload, Reader};
use mpickle_core::wire::writer::{FRAME_TARGET, STREAM_FRAME, Writer};
use std::cell::RefCell;

/// Something that is read.
#[derive(Clone, Copy)]
enum Read {
    Opcode,
    Take(usize),
    Number(u8),
    Payload(usize),
    Line,
    Frame(usize),
}

use Read::*;

/// Each reads more than there is at its end.
const READS: &[&[Read]] = &[
    &[Opcode, Take(3), Number(4), Number(0), Number(8), Line, Opcode, Line, Take(0), Payload(5), Opcode, Take(5000)],
    &[Payload(CHUNK), Payload(CHUNK + 1), Opcode, Line, Payload(5000)],
    &[Frame(600), Opcode, Take(3), Payload(700), Line, Frame(20), Number(8), Number(8), Number(8), Line, Payload(3000)],
    &[Frame(2000), Number(2), Payload(CHUNK), Line, Payload(1500), Opcode, Number(4), Frame(0), Line, Take(2500)],
    &[Take(2999), Number(2)],
    &[Take(2999), Opcode, Opcode],
    &[Take(2999), Line],
    &[Frame(2999), Take(2990), Number(8), Line],
];

/// What a read gives, and how far the reader is after it.
fn read(toy: &Toy, reader: &mut Reader<'_, Obj>, read: Read) -> Result<(Vec<u8>, usize)> {
    let got = match read {
        Opcode => vec![reader.opcode(toy)?],
        Take(count) => reader.take(toy, count)?.to_vec(),
        Number(width) => reader.number(toy, width)?.to_le_bytes().to_vec(),
        Line => reader.line(toy)?.to_vec(),
        Frame(length) => toy.or_fail(reader.enter_frame(length)).map(|()| vec![])?,
        Payload(count) => match reader.payload(toy, count)? {
            Payload::Borrowed(data) => data.to_vec(),
            Payload::Owned(data) => data.to_vec(),
        },
    };
    Ok((got, reader.offset()))
}

#[test]
fn memory_and_streams_give_the_same() {
    let data: Vec<u8> = (0..3000).map(|number| (number % 251) as u8).collect();
    for &reads in READS {
        let toy = Toy::new();
        let all = |mut reader: Reader<'_, Obj>| -> Vec<_> {
            reads.iter().map(|&what| read(&toy, &mut reader, what)).collect()
        };
        let expected = all(Reader::memory(&data));
        assert!(expected.iter().rev().skip(1).all(|got| got.is_ok()) && expected.last().unwrap().is_err());
        for piece in [1, 2, 7, 1000, usize::MAX] {
            assert!(all(Reader::stream(in_pieces(&toy, &data, piece))) == expected, "pieces of {piece}");
        }
    }
}

/// Writes payloads of many sizes, as they are and out of a buffer that may change.
fn write(toy: &Toy, stream: Option<Obj>, framed: bool) -> Result<Vec<u8>> {
    let mut writer = Writer::new(stream);
    if framed {
        writer.open_frame()?;
    }
    for size in
        [0, 1, 300, STREAM_FRAME - 1, STREAM_FRAME, 3 * STREAM_FRAME + 1, 65535, FRAME_TARGET, 1, 2, 3, 4, 70000]
    {
        let header = (size as u32).to_le_bytes();
        let header = [opcode::BINBYTES, header[0], header[1], header[2], header[3]];
        writer.boundary(toy)?;
        writer.payload(toy, &header, &vec![7; size])?;
        writer.boundary(toy)?;
        writer.buffer_payload(toy, &header, toy.new_thing(Thing::ByteArray(RefCell::new(vec![8; size]))), size)?;
        writer.op(opcode::POP)?;
        writer.op_number(opcode::LONG_BINGET, size as u64, 4)?;
    }
    writer.op(opcode::STOP)?;
    writer.finish(toy)?;
    Ok(writer.into_buffer().to_vec())
}

/// All opcodes but the frames, with their arguments.
fn without_frames(pickle: &[u8]) -> Vec<u8> {
    let ops = opcodes(pickle).into_iter().filter(|op| op.code != opcode::FRAME);
    ops.map(|op| &pickle[op.start..op.end]).collect::<Vec<_>>().concat()
}

#[test]
fn what_is_written_is_the_same_but_for_frames() {
    let toy = Toy::new();
    let expected = write(&toy, None, false).unwrap();
    assert!(without_frames(&expected) == expected);
    for framed in [false, true] {
        let stream = toy.new_stream(Stream::writing());
        let rest = write(&toy, Some(stream), framed).unwrap();
        let streamed = toy.stream(stream, |stream| stream.data().to_vec());
        assert!(rest.is_empty());
        assert!(without_frames(&streamed) == expected);
        assert_eq!(streamed != expected, framed);
        assert!(without_frames(&write(&toy, None, framed).unwrap()) == expected);
    }
}
