//! Text and bytes: counted, as lines, and out of band.

use super::{Unpickler, size};
use crate::error::Fault;
use crate::growable::Growable;
use crate::parts::PYTHON2;
use crate::runtime::{Result, Runtime};
use crate::wire::reader::Payload;
use crate::wire::text::{self, Encoding, Errors};

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// A str after its length.
    #[inline]
    pub(super) fn load_str(&mut self, length: u64) -> Result<R::Obj, R> {
        match self.reader.payload(self.rt, size(length)?)? {
            Payload::Borrowed(utf8) => {
                text::check_utf8(utf8)?;
                self.rt.str(utf8)
            }
            Payload::Owned(utf8) => {
                text::check_utf8(&utf8)?;
                self.rt.adopt_str(utf8)
            }
        }
    }

    /// A bytes object, likewise.
    pub(super) fn load_bytes(&mut self, length: u64) -> Result<R::Obj, R> {
        match self.reader.payload(self.rt, size(length)?)? {
            Payload::Borrowed(data) => self.rt.bytes(data),
            Payload::Owned(data) => self.rt.adopt_bytes(data),
        }
    }

    pub(super) fn load_bytearray(&mut self, length: u64) -> Result<R::Obj, R> {
        match self.reader.payload(self.rt, size(length)?)? {
            Payload::Borrowed(data) => self.rt.bytearray(data),
            Payload::Owned(data) => self.rt.adopt_bytearray(data),
        }
    }

    /// A str of Python 2: decoded, or left as bytes if `encoding` says so.
    pub(super) fn load_python2_string(&mut self, length: u64) -> Result<R::Obj, R> {
        if !PYTHON2 {
            return Err(Fault::LeftOut.into());
        }
        match self.reader.payload(self.rt, size(length).map_err(|_| Fault::Truncated)?)? {
            Payload::Borrowed(data) => decode(self.rt, data, self.options),
            Payload::Owned(data) => decode(self.rt, &data, self.options),
        }
    }

    /// A buffer that the program gave to load beside the pickle (PEP 574).
    pub(super) fn load_next_buffer(&mut self) -> Result<R::Obj, R> {
        if !self.rt.has_buffers() {
            return Err(Fault::NoBuffers.into());
        }
        Ok(self.rt.next_buffer()?.ok_or(Fault::TooFewBuffers)?)
    }

    /// Puts a read-only view in the place of the topmost buffer.
    pub(super) fn make_readonly(&mut self) -> Result<(), R> {
        let view = self.rt.readonly(self.stack.top()?)?;
        Ok(self.stack.set_top(view)?)
    }
}

pub(super) fn decode<R: Runtime>(rt: &R, data: &[u8], options: super::Options) -> Result<R::Obj, R> {
    let encoding = options.encoding.ok_or(Fault::UnknownEncoding)?;
    if encoding == Encoding::Bytes {
        return rt.bytes(data);
    }
    let mut utf8 = Growable::new();
    match options.errors {
        Some(errors) => text::decode(data, encoding, errors, &mut utf8)?,
        None => text::decode(data, encoding, Errors::Strict, &mut utf8).map_err(|_| Fault::UnknownErrors)?,
    }
    rt.adopt_str(utf8)
}
