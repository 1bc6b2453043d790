//! Bytes on their way out: a buffer that grows, frames (PEP 3154), and pieces for a stream.
//!
//! In memory the frames are CPython's, of 64 KiB, so that the bytes are the same. For a stream the
//! buffer must stay small, so a frame ends at every [`STREAM_FRAME`] bytes, which the format allows,
//! and goes out at once.

use super::opcode;
use crate::error::OutOfMemory;
use crate::growable::Growable;
use crate::runtime::{Result, Runtime};

/// A frame ends at the first opcode past so many bytes; a payload of so many goes unframed.
pub const FRAME_TARGET: usize = 64 * 1024;
/// The same for what goes to a stream: with its header and a last number, a piece takes no more than 512 bytes.
pub const STREAM_FRAME: usize = 480;
/// A shorter frame is not worth its header and is left out.
const FRAME_MIN: usize = 4;
const FRAME_HEADER: usize = 9;
/// The buffer of a short pickle.
const FIRST_BUFFER: usize = 256;

/// The output of one dump.
pub struct Writer<O> {
    buffer: Growable<u8>,
    stream: Option<O>,
    frame_target: usize,
    /// Where the header of the open frame stands in `buffer`; `None` where nothing is framed.
    frame: Option<usize>,
    /// The length of `buffer` at which the next boundary ends a frame or a piece.
    limit: usize,
}

impl<O: Copy> Writer<O> {
    /// A writer to `stream`, or to memory.
    pub fn new(stream: Option<O>) -> Self {
        let frame_target = if stream.is_some() { STREAM_FRAME } else { FRAME_TARGET };
        Writer { buffer: Growable::new(), stream, frame_target, frame: None, limit: 0 }
    }

    /// Begins a pickle: forgets everything that was not sent off. A piece for a stream fits the buffer as it is, unless
    /// it ends in a text.
    pub fn begin(&mut self) -> core::result::Result<(), OutOfMemory> {
        self.buffer.truncate(0);
        self.frame = None;
        self.limit = if self.stream.is_some() { self.frame_target } else { usize::MAX };
        self.buffer.reserve(if self.stream.is_some() { STREAM_FRAME + 2 * FRAME_HEADER } else { FIRST_BUFFER })
    }

    /// Appends bytes that belong to one opcode.
    pub fn put(&mut self, bytes: &[u8]) -> core::result::Result<(), OutOfMemory> {
        self.buffer.extend_from_slice(bytes)
    }

    /// Appends one opcode without an argument.
    #[inline(never)]
    pub fn op(&mut self, code: u8) -> core::result::Result<(), OutOfMemory> {
        if self.buffer.room() == 0 {
            return self.grow_and_op(code, 0, 0);
        }
        self.buffer.push(code)
    }

    /// Appends one opcode so many times.
    pub fn ops(&mut self, code: u8, times: u8) -> core::result::Result<(), OutOfMemory> {
        self.buffer.extend_filled(times.into(), code).map(|_| ())
    }

    /// Appends an opcode and its argument, a number of up to seven bytes.
    #[inline(never)]
    pub fn op_number(&mut self, code: u8, number: u64, width: usize) -> core::result::Result<(), OutOfMemory> {
        if self.buffer.room() < 8 {
            return self.grow_and_op(code, number, width);
        }
        self.buffer.extend_from_number(number << 8 | u64::from(code), 1 + width)
    }

    /// Apart, so that the others need to save no register.
    #[cold]
    #[inline(never)]
    fn grow_and_op(&mut self, code: u8, number: u64, width: usize) -> core::result::Result<(), OutOfMemory> {
        self.buffer.reserve(8)?;
        self.op_number(code, number, width)
    }

    /// Appends all eight bytes of a little-endian number.
    #[inline]
    pub fn number(&mut self, number: u64) -> core::result::Result<(), OutOfMemory> {
        self.buffer.extend_from_number(number, 8)
    }

    /// Begins framing; from here on every opcode lies in a frame.
    pub fn open_frame(&mut self) -> core::result::Result<(), OutOfMemory> {
        self.frame = Some(self.buffer.len());
        self.limit = self.buffer.len().saturating_add(FRAME_HEADER + self.frame_target);
        self.buffer.extend_from_slice(&[0; FRAME_HEADER])
    }

    /// To be called between two opcodes: ends a frame that is long enough, and sends it off.
    #[inline]
    pub fn boundary<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<(), R> {
        if self.buffer.len() < self.limit { Ok(()) } else { self.end_piece(rt) }
    }

    /// The same between opcodes at which CPython ends no frame: only a stream is served.
    #[inline]
    pub fn relieve<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<(), R> {
        if self.stream.is_some() { self.boundary(rt) } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn end_piece<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<(), R> {
        let framed = self.close_frame();
        self.flush(rt)?;
        if framed {
            self.open_frame()?;
        }
        Ok(())
    }

    /// Writes an opcode's header and its payload; a long payload goes unframed and, to a stream, uncopied.
    pub fn payload<R: Runtime<Obj = O>>(&mut self, rt: &R, header: &[u8], data: &[u8]) -> Result<(), R> {
        if data.len() < self.frame_target {
            self.put(header)?;
            return Ok(self.put(data)?);
        }
        self.long_payload(rt, header, |writer, rt| match writer.stream {
            Some(stream) => {
                writer.flush(rt)?;
                rt.write(stream, data)
            }
            None => Ok(writer.put(data)?),
        })
    }

    /// As [`Writer::payload`] for `len` bytes of a buffer that may change under our hands, in pieces.
    pub fn buffer_payload<R: Runtime<Obj = O>>(&mut self, rt: &R, header: &[u8], obj: O, len: usize) -> Result<(), R> {
        if len < self.frame_target {
            self.put(header)?;
            return self.copy_buffer(rt, obj, 0, len);
        }
        self.long_payload(rt, header, |writer, rt| {
            let Some(stream) = writer.stream else {
                return writer.copy_buffer(rt, obj, 0, len);
            };
            let mut offset = 0;
            while offset < len {
                writer.flush(rt)?;
                let piece = STREAM_FRAME.min(len - offset);
                writer.copy_buffer(rt, obj, offset, piece)?;
                rt.write(stream, &writer.buffer)?;
                writer.buffer.truncate(0);
                offset += piece;
            }
            Ok(())
        })
    }

    fn long_payload<R: Runtime<Obj = O>>(
        &mut self,
        rt: &R,
        header: &[u8],
        body: impl FnOnce(&mut Self, &R) -> Result<(), R>,
    ) -> Result<(), R> {
        let framed = self.close_frame();
        self.put(header)?;
        body(self, rt)?;
        if framed {
            self.open_frame()?;
        }
        Ok(())
    }

    /// Appends `len` bytes of a buffer from `offset` on; zeros stand for what is no longer there.
    fn copy_buffer<R: Runtime<Obj = O>>(&mut self, rt: &R, obj: O, offset: usize, len: usize) -> Result<(), R> {
        let into = self.buffer.extend_filled(len, 0)?;
        rt.buffer_read(obj, offset, into);
        Ok(())
    }

    /// Ends the open frame: fills in its length, or takes the header out of a frame that is too short.
    /// Returns whether there was one.
    fn close_frame(&mut self) -> bool {
        let Some(frame) = self.frame.take() else { return false };
        let Some(tail) = self.buffer.get_mut(frame..) else {
            return false;
        };
        let Some((header, body)) = tail.split_first_chunk_mut::<FRAME_HEADER>() else {
            return false;
        };
        let length = body.len();
        if length >= FRAME_MIN {
            let [code, count @ ..] = header;
            *code = opcode::FRAME;
            *count = (length as u64).to_le_bytes();
        } else {
            for (to, from) in header.iter_mut().zip(body.iter()) {
                *to = *from;
            }
            self.buffer.truncate(frame + length);
        }
        true
    }

    fn flush<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<(), R> {
        if let Some(stream) = self.stream {
            rt.write(stream, &self.buffer)?;
            self.buffer.truncate(0);
        }
        Ok(())
    }

    /// Ends the pickle after STOP: the last frame is closed and a stream has got everything.
    pub fn finish<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<(), R> {
        self.close_frame();
        self.flush(rt)
    }

    /// What was written to memory.
    pub fn into_buffer(self) -> Growable<u8> {
        self.buffer
    }
}
