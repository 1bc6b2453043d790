//! Objects without items: numbers, text, bytes.

use super::{Pickler, Step};
use crate::error::Fault;
use crate::growable::Growable;
use crate::parts::GLOBALS;
use crate::runtime::{Known, Result, Runtime, Value};
use crate::wire::{float, integer, opcode, text};

impl<R: Runtime> Pickler<'_, R> {
    pub(super) fn save_bool(&mut self, value: bool) -> Result<(), R> {
        let code: &[u8] = match (self.protocol() >= 2, value) {
            (true, true) => return Ok(self.writer.op(opcode::NEWTRUE)?),
            (true, false) => return Ok(self.writer.op(opcode::NEWFALSE)?),
            (false, true) => b"I01\n",
            (false, false) => b"I00\n",
        };
        Ok(self.writer.put(code)?)
    }

    #[inline]
    pub(super) fn save_int(&mut self, value: i64) -> Result<(), R> {
        let narrow = i32::try_from(value);
        match (self.protocol(), narrow) {
            (1.., Ok(narrow)) => self.save_int_binary(narrow),
            (2.., Err(_)) => {
                let (bytes, length) = integer::encode_i64(value);
                self.writer.put(&[opcode::LONG1, length as u8])?;
                Ok(self.writer.put(bytes.get(..length).unwrap_or(&bytes))?)
            }
            (_, Ok(_)) => self.save_int_text(opcode::INT, value, b"\n"),
            (_, Err(_)) => self.save_int_text(opcode::LONG, value, b"L\n"),
        }
    }

    #[inline]
    fn save_int_binary(&mut self, value: i32) -> Result<(), R> {
        let (code, width) = match value {
            0..=0xff => (opcode::BININT1, 1),
            0x100..=0xffff => (opcode::BININT2, 2),
            _ => (opcode::BININT, 4),
        };
        Ok(self.writer.op_number(code, (value as u32).into(), width)?)
    }

    fn save_int_text(&mut self, code: u8, value: i64, end: &[u8]) -> Result<(), R> {
        self.writer.op(code)?;
        self.writer.put(integer::format_i64(value, &mut [0; 20]))?;
        Ok(self.writer.put(end)?)
    }

    #[cold]
    pub(super) fn save_big_int(&mut self, obj: R::Obj) -> Result<(), R> {
        if self.protocol() < 2 {
            let repr = self.rt.int_repr(obj)?;
            let Some(digits) = self.rt.text(repr) else {
                return Err(self.rt.fail(Fault::BadInt));
            };
            self.rt.or_fail(integer::check_digits(digits))?;
            self.writer.op(opcode::LONG)?;
            self.writer.put(digits)?;
            return Ok(self.writer.put(b"L\n")?);
        }
        let mut bytes = Growable::new();
        self.rt.int_bytes(obj, &mut bytes)?;
        bytes.truncate(integer::minimal_len(&bytes));
        match u8::try_from(bytes.len()) {
            Ok(length) => self.writer.put(&[opcode::LONG1, length])?,
            Err(_) => self.write_count4(opcode::LONG4, bytes.len())?,
        }
        Ok(self.writer.put(&bytes)?)
    }

    #[inline]
    pub(super) fn save_float(&mut self, bits: u64) -> Result<(), R> {
        if self.protocol() >= 1 {
            self.writer.op(opcode::BINFLOAT)?;
            return Ok(self.writer.number(bits.swap_bytes())?);
        }
        self.save_float_line(bits)
    }

    #[cold]
    #[inline(never)]
    fn save_float_line(&mut self, bits: u64) -> Result<(), R> {
        let mut repr = heapless::Vec::new();
        float::format_float(bits, &mut repr);
        self.writer.op(opcode::FLOAT)?;
        self.writer.put(&repr)?;
        Ok(self.writer.put(b"\n")?)
    }

    #[inline]
    pub(super) fn save_str(&mut self, obj: R::Obj, utf8: &[u8]) -> Result<(), R> {
        match self.protocol() {
            0 => self.save_str_text(utf8)?,
            1..=3 => self.write_counted([None, Some(opcode::BINUNICODE), None], utf8)?,
            _ => self.write_counted(
                [Some(opcode::SHORT_BINUNICODE), Some(opcode::BINUNICODE), Some(opcode::BINUNICODE8)],
                utf8,
            )?,
        }
        self.memoize(obj)
    }

    fn save_str_text(&mut self, utf8: &[u8]) -> Result<(), R> {
        self.writer.op(opcode::UNICODE)?;
        let written = text::raw_unicode_escape_encode(utf8, &mut |piece| self.writer.put(piece));
        self.rt.or_fail(written)?;
        Ok(self.writer.put(b"\n")?)
    }

    pub(super) fn save_bytes(&mut self, obj: R::Obj, data: &[u8]) -> Result<(), R> {
        match self.protocol() {
            0..=2 => return self.save_bytes_by_reduction(obj, data),
            3 => self.write_counted([Some(opcode::SHORT_BINBYTES), Some(opcode::BINBYTES), None], data)?,
            _ => self
                .write_counted([Some(opcode::SHORT_BINBYTES), Some(opcode::BINBYTES), Some(opcode::BINBYTES8)], data)?,
        }
        self.memoize(obj)
    }

    /// Python 2 has no bytes apart from str, so the text that has these bytes in Latin-1 is encoded there.
    fn save_bytes_by_reduction(&mut self, obj: R::Obj, data: &[u8]) -> Result<(), R> {
        if !GLOBALS {
            return Err(self.rt.cannot_pickle(obj));
        }
        if data.is_empty() {
            return self.save_made(obj, &[]);
        }
        let mut utf8 = Growable::new();
        text::utf8_from_latin1(data, &mut utf8)?;
        let text = self.rt.adopt_str(utf8)?;
        let args = [text, self.rt.known(Known::Latin1)];
        self.save_call(obj, self.rt.known(Known::CodecsEncode), &args)
    }

    pub(super) fn save_bytearray(&mut self, obj: R::Obj, len: usize) -> Result<(), R> {
        if self.protocol() < 5 {
            if !GLOBALS {
                return Err(self.rt.cannot_pickle(obj));
            }
            if len == 0 {
                return self.save_made(obj, &[]);
            }
            let mut data = Growable::new();
            self.rt.buffer_read(obj, 0, data.extend_filled(len, 0)?);
            let bytes = self.rt.adopt_bytes(data)?;
            return self.save_made(obj, &[bytes]);
        }
        self.write_buffer(obj, len, opcode::BYTEARRAY8)
    }

    /// A `PickleBuffer`: in band as bytes or bytearray, or left to the program (PEP 574).
    pub(super) fn save_buffer(&mut self, obj: R::Obj, readonly: bool) -> Result<(), R> {
        if self.protocol() < 5 {
            return Err(self.rt.fail(Fault::BufferProtocol));
        }
        if self.rt.buffer_in_band(obj)? {
            // Whoever was asked may have done anything to it.
            let Value::Buffer { len, readonly } = self.rt.inspect(obj) else {
                return Err(self.rt.fail(Fault::BufferReleased));
            };
            return match (readonly, u8::try_from(len), u32::try_from(len)) {
                (false, ..) => self.write_buffer(obj, len, opcode::BYTEARRAY8),
                (true, Ok(short), _) => self.write_buffer_after(obj, len, &[opcode::SHORT_BINBYTES, short]),
                (true, _, Ok(_)) => self.write_buffer_after(obj, len, &count4(opcode::BINBYTES, len)),
                (true, ..) => self.write_buffer(obj, len, opcode::BINBYTES8),
            };
        }
        self.writer.op(opcode::NEXT_BUFFER)?;
        if readonly {
            self.writer.op(opcode::READONLY_BUFFER)?;
        }
        Ok(())
    }

    fn write_buffer(&mut self, obj: R::Obj, len: usize, code: u8) -> Result<(), R> {
        self.write_buffer_after(obj, len, &count8(code, len))
    }

    fn write_buffer_after(&mut self, obj: R::Obj, len: usize, header: &[u8]) -> Result<(), R> {
        self.writer.buffer_payload(self.rt, header, obj, len)?;
        self.memoize(obj)
    }

    /// Writes bytes after the shortest count that has an opcode: of 1, 4 or 8 bytes.
    fn write_counted(&mut self, [short, long, huge]: [Option<u8>; 3], data: &[u8]) -> Result<(), R> {
        match (short, long, huge, u8::try_from(data.len()), u32::try_from(data.len())) {
            (Some(code), _, _, Ok(length), _) => self.writer.payload(self.rt, &[code, length], data),
            (_, Some(code), _, _, Ok(_)) => self.writer.payload(self.rt, &count4(code, data.len()), data),
            (_, _, Some(code), ..) => self.writer.payload(self.rt, &count8(code, data.len()), data),
            _ => Err(self.rt.fail(Fault::TooBigForProtocol)),
        }
    }

    fn write_count4(&mut self, code: u8, count: usize) -> Result<(), R> {
        if u32::try_from(count).is_err() {
            return Err(self.rt.fail(Fault::TooLarge));
        }
        Ok(self.writer.put(&count4(code, count))?)
    }

    /// Writes a memo index in the form that the protocol has for it.
    pub(super) fn write_index(&mut self, index: u32, text: u8, short: u8, long: u8) -> Result<(), R> {
        if self.protocol() == 0 {
            return self.save_int_text(text, index.into(), b"\n");
        }
        let (code, width) = if index <= 0xff { (short, 1) } else { (long, 4) };
        Ok(self.writer.op_number(code, index.into(), width)?)
    }

    /// Leaves an opcode to be written. One that is due already is counted, so that a chain of containers with one
    /// item each takes no room, however long it is.
    pub(super) fn push_op(&mut self, code: u8) -> Result<(), R> {
        if let Some(Step::Ops(due, times)) = self.steps.last_mut()
            && *due == code
            && *times < u8::MAX
        {
            *times += 1;
            return Ok(());
        }
        self.push_step(Step::Ops(code, 1))
    }

    #[inline(never)]
    pub(super) fn push_step(&mut self, step: Step<R::Obj>) -> Result<(), R> {
        Ok(self.steps.push(step)?)
    }

    #[inline(never)]
    pub(super) fn push(&mut self, steps: &[Step<R::Obj>]) -> Result<(), R> {
        Ok(self.steps.extend_from_slice(steps)?)
    }
}

fn count4(code: u8, count: usize) -> [u8; 5] {
    let [a, b, c, d] = (count as u32).to_le_bytes();
    [code, a, b, c, d]
}

fn count8(code: u8, count: usize) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = (count as u64).to_le_bytes();
    [code, a, b, c, d, e, f, g, h]
}
