//! Numbers and text that stand in lines, as protocols 0 and 1 have them.

use super::Unpickler;
use super::strings::decode;
use crate::error::Fault;
use crate::growable::Growable;
use crate::runtime::{Result, Runtime};
use crate::wire::integer::{self, IntText};
use crate::wire::{float, opcode, text};

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// INT, LONG, FLOAT, STRING or UNICODE.
    #[inline(never)]
    pub(super) fn load_line(&mut self, code: u8) -> Result<R::Obj, R> {
        match code {
            opcode::INT => text_int(self.rt, integer::parse_int_line(self.reader.line(self.rt)?)),
            opcode::LONG => text_int(self.rt, integer::parse_long_line(self.reader.line(self.rt)?)),
            opcode::FLOAT => self.rt.float(self.rt.or_fail(float::parse_float(self.reader.line(self.rt)?))?),
            opcode::STRING => self.load_string_line(),
            _ => self.load_unicode_line(),
        }
    }

    /// STRING: a quoted line with Python 2's escapes.
    fn load_string_line(&mut self) -> Result<R::Obj, R> {
        let mut data = Growable::new();
        let line = self.reader.line(self.rt)?;
        self.rt.or_fail(text::unquote(line).and_then(|quoted| text::string_escape_decode(quoted, &mut data)))?;
        decode(self.rt, &data, self.options)
    }

    /// UNICODE: a line in raw-unicode-escape.
    fn load_unicode_line(&mut self) -> Result<R::Obj, R> {
        let mut utf8 = Growable::new();
        let line = self.reader.line(self.rt)?;
        self.rt.or_fail(text::raw_unicode_escape_decode(line, &mut utf8))?;
        self.rt.adopt_str(utf8)
    }
}

/// An int that was written as text. A free function, so that the line it lies in can stay borrowed.
fn text_int<R: Runtime>(rt: &R, value: core::result::Result<IntText<'_>, Fault>) -> Result<R::Obj, R> {
    match rt.or_fail(value)? {
        IntText::Bool(value) => Ok(rt.bool(value)),
        IntText::Small(value) => rt.int(value),
        IntText::Big { negative, base, digits } => rt.int_from_digits(negative, base, digits),
    }
}
