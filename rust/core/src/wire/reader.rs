//! Bytes on their way in, from memory or from a stream, and never one past what is asked for.
//!
//! Memory is read where it lies. A stream is read into a chunk of our own: just the bytes that the
//! current opcode needs, or, inside a frame, up to [`CHUNK`] bytes of the frame. Memory that the
//! program could change meanwhile is read like a stream.

use crate::error::Fault;
use crate::growable::Growable;
use crate::runtime::{Result, Runtime};

/// The most that is fetched at once from a stream, however much is announced.
pub const CHUNK: usize = 512;

/// The most that is asked of a stream at once for a long payload.
const MOST: usize = 8 * CHUNK;

/// The input of one load.
pub struct Reader<'a, O> {
    /// Empty where there is a stream.
    memory: &'a [u8],
    stream: Option<O>,
    chunk: Growable<u8>,
    /// Next unread byte of `memory` or `chunk`.
    position: usize,
    /// Bytes of the stream that came before `chunk`.
    consumed: usize,
    /// Bytes of the current frame that are not in `chunk` yet.
    frame_left: usize,
}

impl<O: Copy> Default for Reader<'_, O> {
    /// Reads nothing.
    fn default() -> Self {
        Self::memory(&[])
    }
}

/// Bytes of an opcode's argument: where they lie, or in memory of their own.
pub enum Payload<'a> {
    /// In the input, or short.
    Borrowed(&'a [u8]),
    /// Gathered from a stream; can be given to an object as it is.
    Owned(Growable<u8>),
}

impl<'a, O: Copy> Reader<'a, O> {
    /// Reads from memory.
    pub fn memory(memory: &'a [u8]) -> Self {
        Reader { memory, stream: None, chunk: Growable::new(), position: 0, consumed: 0, frame_left: 0 }
    }

    /// Reads from a stream.
    pub fn stream(stream: O) -> Self {
        Reader { stream: Some(stream), ..Self::memory(&[]) }
    }

    /// Bytes read so far.
    #[inline]
    pub fn offset(&self) -> usize {
        self.consumed + self.position
    }

    /// Bytes taken from the source so far, read or not.
    pub fn fetched(&self) -> usize {
        self.consumed + self.chunk.len()
    }

    /// Forgets what was fetched and not read: after an error nobody knows what it is.
    pub fn forget_ahead(&mut self) {
        self.position = self.position.max(self.chunk.len());
        self.frame_left = 0;
    }

    #[inline]
    fn window(&self) -> &[u8] {
        if self.stream.is_some() { &self.chunk } else { self.memory }
    }

    /// The next opcode; [`Fault::EndOfInput`] when there is nothing more.
    #[inline]
    pub fn opcode<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<u8, R> {
        match self.memory.get(self.position) {
            Some(&byte) => {
                self.position += 1;
                Ok(byte)
            }
            None => self.opcode_from_stream(rt),
        }
    }

    #[cold]
    #[inline(never)]
    fn opcode_from_stream<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<u8, R> {
        if self.unread() == 0 && !self.fetch(rt, 1)? {
            // A frame that was announced and did not come is no end.
            return Err(rt.fail(if self.frame_left > 0 { Fault::Truncated } else { Fault::EndOfInput }));
        }
        Ok(self.next(1).first().copied().unwrap_or_default())
    }

    /// The next `count` bytes, in one piece.
    pub fn take<R: Runtime<Obj = O>>(&mut self, rt: &R, count: usize) -> Result<&[u8], R> {
        if self.unread() < count && !self.fetch(rt, count)? {
            return Err(rt.fail(Fault::Truncated));
        }
        Ok(self.next(count))
    }

    /// The next `width` bytes, 0, 1, 2, 4 or 8 of them, as a little-endian number.
    #[inline]
    pub fn number<R: Runtime<Obj = O>>(&mut self, rt: &R, width: u8) -> Result<u64, R> {
        if width == 0 {
            return Ok(0);
        }
        // Mostly there are eight bytes to be had, of which the last few are not meant.
        let Some(&bytes) = self.memory.get(self.position..).and_then(|rest| rest.first_chunk()) else {
            return self.slow_number(rt, width);
        };
        self.position += usize::from(width);
        let number = u64::from_le_bytes(bytes);
        let bits = 8 * u32::from(width);
        // Small processors shift no 64 bits.
        Ok(match width {
            _ if size_of::<usize>() == 8 => number & (u64::MAX >> (64 - bits)),
            8 => number,
            _ => (number as u32 & (u32::MAX >> (32 - bits))).into(),
        })
    }

    /// The same, byte by byte.
    #[cold]
    #[inline(never)]
    pub fn slow_number<R: Runtime<Obj = O>>(&mut self, rt: &R, width: u8) -> Result<u64, R> {
        let bytes = self.take(rt, width.into())?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// The next `count` bytes, gathered from a stream into memory of their own when they are many.
    pub fn payload<R: Runtime<Obj = O>>(&mut self, rt: &R, count: usize) -> Result<Payload<'_>, R> {
        if self.stream.is_none() || count <= CHUNK {
            return Ok(Payload::Borrowed(self.take(rt, count)?));
        }
        self.gather(rt, count).map(Payload::Owned)
    }

    /// A line without its newline.
    pub fn line<R: Runtime<Obj = O>>(&mut self, rt: &R) -> Result<&[u8], R> {
        let mut length = 0;
        loop {
            let rest = self.window().get(self.position..).unwrap_or_default();
            match rest.iter().skip(length).position(|&byte| byte == b'\n') {
                Some(more) => {
                    let line = self.next(length + more + 1);
                    return Ok(line.split_last().map_or(&[], |(_, line)| line));
                }
                None => {
                    length = rest.len();
                    if !self.fetch(rt, length + 1)? {
                        return Err(rt.fail(Fault::Truncated));
                    }
                }
            }
        }
    }

    /// Enters a frame: so many bytes surely belong to this pickle and may be fetched ahead.
    pub fn enter_frame(&mut self, length: usize) -> core::result::Result<(), Fault> {
        let there = self.unread();
        if self.stream.is_some() {
            self.frame_left = length.saturating_sub(there);
        } else if there < length {
            return Err(Fault::Truncated);
        }
        Ok(())
    }

    /// How many bytes of the window are still to be read.
    #[inline]
    fn unread(&self) -> usize {
        self.window().len().saturating_sub(self.position)
    }

    /// Moves past bytes that are in the window, as the caller has made sure.
    #[inline]
    fn next(&mut self, count: usize) -> &[u8] {
        let start = self.position;
        let end = start.saturating_add(count).min(self.window().len());
        self.position = end;
        self.window().get(start..end).unwrap_or_default()
    }

    /// Makes `count` unread bytes stand in the chunk; false when the input ends before.
    #[cold]
    #[inline(never)]
    fn fetch<R: Runtime<Obj = O>>(&mut self, rt: &R, count: usize) -> Result<bool, R> {
        let Some(stream) = self.stream else { return Ok(false) };
        self.drop_read();
        while self.chunk.len() < count {
            let missing = count - self.chunk.len();
            let ahead = self.frame_left.min(CHUNK).max(missing);
            if !Self::read_some(rt, stream, &mut self.chunk, ahead, &mut self.frame_left)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads `count` bytes of a long payload: the room grows only as bytes really arrive.
    fn gather<R: Runtime<Obj = O>>(&mut self, rt: &R, count: usize) -> Result<Growable<u8>, R> {
        let Some(stream) = self.stream else {
            return Err(rt.fail(Fault::Truncated));
        };
        let mut data = Growable::new();
        let here = self.unread().min(count);
        data.extend_from_slice(self.next(here))?;
        while data.len() < count {
            let missing = count - data.len();
            if !Self::read_some(rt, stream, &mut data, missing, &mut self.frame_left)? {
                return Err(rt.fail(Fault::Truncated));
            }
        }
        self.consumed += count - here;
        Ok(data)
    }

    /// Appends up to `wanted` bytes of the stream; false at its end.
    fn read_some<R: Runtime<Obj = O>>(
        rt: &R,
        stream: O,
        into: &mut Growable<u8>,
        wanted: usize,
        frame_left: &mut usize,
    ) -> Result<bool, R> {
        let before = into.len();
        // No more than what has come already, so that an announced length alone costs nothing; and not so much
        // that a stream that gives little at a time costs the filling of all the rest.
        let piece = wanted.min(before.clamp(CHUNK, MOST));
        let read = rt.read(stream, into.extend_filled(piece, 0)?)?.min(piece);
        into.truncate(before + read);
        *frame_left = frame_left.saturating_sub(read);
        Ok(read > 0)
    }

    /// Forgets the bytes of the chunk that were read.
    fn drop_read(&mut self) {
        self.chunk.drop_front(self.position);
        self.consumed += self.position;
        self.position = 0;
    }
}
