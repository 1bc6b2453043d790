//! Classes and functions: written as the names under which they are found again.

use super::{Pickler, Step};
use crate::error::Fault;
use crate::runtime::{Known, Result, Runtime};
use crate::wire::{names, opcode, text};

impl<R: Runtime> Pickler<'_, R> {
    /// Writes `obj` by reference, under `name` if given, otherwise under its own.
    pub(super) fn save_global(&mut self, obj: R::Obj, name: Option<R::Obj>) -> Result<(), R> {
        let place = self.rt.locate(obj, name)?;
        if self.protocol() >= 2 {
            let code = self.rt.extension_code(place.module, place.name)?;
            if code != 0 {
                return self.write_extension(code);
            }
        }
        self.push_step(Step::Memoize(obj))?;
        match (self.protocol(), place.parent) {
            (4.., _) => self.push(&[Step::Op(opcode::STACK_GLOBAL), Step::Save(place.name), Step::Save(place.module)]),
            (_, Some((parent, last))) => {
                let args = self.rt.tuple(&[parent, last])?;
                let getattr = self.rt.known(Known::Getattr);
                self.push(&[Step::Op(opcode::REDUCE), Step::Save(args), Step::Save(getattr)])
            }
            _ => self.write_global(place.module, place.name),
        }
    }

    /// GLOBAL: two lines of text, before protocol 3 in ASCII and with Python 2's names.
    fn write_global(&mut self, module: R::Obj, name: R::Obj) -> Result<(), R> {
        let (Some(mut module), Some(mut name)) = (self.rt.text(module), self.rt.text(name)) else {
            return Err(self.rt.fail(Fault::NotAName));
        };
        let mut room = names::Room::default();
        if self.protocol() < 3 {
            if self.options.fix_imports {
                (module, name) = names::to_python2(module, name, &mut room);
            }
            if !text::is_ascii(module) || !text::is_ascii(name) {
                return Err(self.rt.fail(Fault::NameNotAscii));
            }
        }
        self.writer.op(opcode::GLOBAL)?;
        for line in [module, b"\n", name, b"\n"] {
            self.writer.put(line)?;
        }
        Ok(())
    }

    fn write_extension(&mut self, code: u32) -> Result<(), R> {
        let (op, width) = match code {
            0..=0xff => (opcode::EXT1, 1),
            0x100..=0xffff => (opcode::EXT2, 2),
            _ => (opcode::EXT4, 4),
        };
        Ok(self.writer.op_number(op, code.into(), width)?)
    }
}
