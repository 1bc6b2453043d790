//! Text and bytes: counted, as lines, and out of band.

use super::Unpickler;
use crate::error::Fault;
use crate::growable::Growable;
use crate::parts::GLOBALS;
use crate::runtime::{Result, Runtime};
use crate::wire::reader::Payload;
use crate::wire::text::{self, Encoding, Errors};

/// The longest names of attributes, in bytes, that are interned before BUILD does it.
const NAME: usize = 64;

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// A str after its length.
    #[inline]
    pub(super) fn load_str(&mut self, length: u64) -> Result<R::Obj, R> {
        let is_name = self.is_attribute_name();
        match self.reader.payload(self.rt, self.size(length)?)? {
            Payload::Borrowed(utf8) => {
                self.rt.or_fail(text::check_utf8(utf8, true))?;
                if GLOBALS && is_name && utf8.len() <= NAME { self.rt.name(utf8) } else { self.rt.str(utf8) }
            }
            Payload::Owned(utf8) => {
                self.rt.or_fail(text::check_utf8(&utf8, true))?;
                self.rt.adopt_str(utf8)
            }
        }
    }

    /// A bytes object, likewise.
    pub(super) fn load_bytes(&mut self, length: u64) -> Result<R::Obj, R> {
        match self.reader.payload(self.rt, self.size(length)?)? {
            Payload::Borrowed(data) => self.rt.bytes(data),
            Payload::Owned(data) => self.rt.adopt_bytes(data),
        }
    }

    pub(super) fn load_bytearray(&mut self, length: u64) -> Result<R::Obj, R> {
        match self.reader.payload(self.rt, self.size(length)?)? {
            Payload::Borrowed(data) => self.rt.bytearray(data),
            Payload::Owned(data) => self.rt.adopt_bytearray(data),
        }
    }

    /// A str of Python 2: decoded, or left as bytes if `encoding` says so.
    pub(super) fn load_python2_string(&mut self, length: u64) -> Result<R::Obj, R> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match self.reader.payload(self.rt, length)? {
            Payload::Borrowed(data) => decode(self.rt, data, self.options),
            Payload::Owned(data) => decode(self.rt, &data, self.options),
        }
    }

    /// A buffer that the program gave to load beside the pickle (PEP 574).
    pub(super) fn load_next_buffer(&mut self) -> Result<R::Obj, R> {
        if !self.rt.has_buffers() {
            return Err(self.rt.fail(Fault::NoBuffers));
        }
        self.keep_states()?;
        self.rt.next_buffer()?.ok_or_else(|| self.rt.fail(Fault::TooFewBuffers))
    }

    /// Puts a read-only view in the place of the topmost buffer.
    pub(super) fn make_readonly(&mut self) -> Result<(), R> {
        let view = self.rt.readonly(self.top()?)?;
        self.stack.set_top(view);
        Ok(())
    }
}

pub(super) fn decode<R: Runtime>(rt: &R, data: &[u8], options: super::Options) -> Result<R::Obj, R> {
    let encoding = options.encoding.ok_or_else(|| rt.fail(Fault::UnknownEncoding))?;
    if encoding == Encoding::Bytes {
        return rt.bytes(data);
    }
    let mut utf8 = Growable::new();
    let decoded = text::decode(data, encoding, options.errors.unwrap_or(Errors::Strict), &mut utf8);
    rt.or_fail(decoded.map_err(|fault| if options.errors.is_none() { Fault::UnknownErrors } else { fault }))?;
    rt.adopt_str(utf8)
}
