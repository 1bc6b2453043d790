//! Text and bytes: counted, as lines, and out of band.

use super::Unpickler;
use crate::error::Fault;
use crate::growable::Growable;
use crate::runtime::{Result, Runtime};
use crate::wire::reader::Payload;
use crate::wire::text::{self, Encoding};

impl<R: Runtime> Unpickler<'_, '_, R> {
    #[inline]
    pub(super) fn load_str(&mut self, count: usize) -> Result<(), R> {
        let rt = self.rt;
        let obj = match self.reader.payload(rt, count)? {
            Payload::Borrowed(utf8) => {
                text::check_utf8(utf8)?;
                rt.str(utf8)?
            }
            Payload::Owned(utf8) => {
                text::check_utf8(&utf8)?;
                rt.adopt_str(utf8)?
            }
        };
        self.push(obj)
    }

    #[inline]
    pub(super) fn load_bytes(&mut self, count: usize) -> Result<(), R> {
        let rt = self.rt;
        let obj = match self.reader.payload(rt, count)? {
            Payload::Borrowed(data) => rt.bytes(data)?,
            Payload::Owned(data) => rt.adopt_bytes(data)?,
        };
        self.push(obj)
    }

    pub(super) fn load_bytearray(&mut self, count: usize) -> Result<(), R> {
        let rt = self.rt;
        let obj = match self.reader.payload(rt, count)? {
            Payload::Borrowed(data) => rt.bytearray(data)?,
            Payload::Owned(data) => rt.adopt_bytearray(data)?,
        };
        self.push(obj)
    }

    /// A str of Python 2: decoded, or left as bytes if `encoding` says so.
    pub(super) fn load_python2_string(&mut self, count: usize) -> Result<(), R> {
        let rt = self.rt;
        let payload = self.reader.payload(rt, count)?;
        let data: &[u8] = match &payload {
            Payload::Borrowed(data) => data,
            Payload::Owned(data) => data,
        };
        let obj = decode(rt, data, self.options)?;
        self.push(obj)
    }

    /// STRING: a quoted line with Python 2's escapes.
    pub(super) fn load_string_text(&mut self) -> Result<(), R> {
        let quoted = text::unquote(self.reader.line(self.rt)?)?;
        let mut data = Growable::new();
        text::string_escape_decode(quoted, &mut data)?;
        let obj = decode(self.rt, &data, self.options)?;
        self.push(obj)
    }

    /// UNICODE: a line in raw-unicode-escape.
    pub(super) fn load_unicode_text(&mut self) -> Result<(), R> {
        let mut utf8 = Growable::new();
        text::raw_unicode_escape_decode(self.reader.line(self.rt)?, &mut utf8)?;
        let obj = self.rt.adopt_str(utf8)?;
        self.push(obj)
    }

    /// A buffer that the program gave to load beside the pickle (PEP 574).
    pub(super) fn load_next_buffer(&mut self) -> Result<(), R> {
        if !self.rt.has_buffers() {
            return Err(Fault::NoBuffers.into());
        }
        let buffer = self.rt.next_buffer()?.ok_or(Fault::TooFewBuffers)?;
        self.push(buffer)
    }
}

fn decode<R: Runtime>(rt: &R, data: &[u8], options: super::Options) -> Result<R::Obj, R> {
    if options.encoding == Encoding::Bytes {
        return rt.bytes(data);
    }
    let mut utf8 = Growable::new();
    text::decode(data, options.encoding, options.errors, &mut utf8)?;
    rt.adopt_str(utf8)
}
