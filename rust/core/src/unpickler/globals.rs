//! Classes and functions by name, by extension code, and what calling them gives.

use super::Unpickler;
use crate::error::Fault;
use crate::runtime::{Naming, Result, Runtime, Value};
use crate::wire::{names, text};

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// STACK_GLOBAL: module and name from the stack.
    pub(super) fn load_stack_global(&mut self) -> Result<R::Obj, R> {
        let name = self.stack.pop()?;
        let module = self.stack.pop()?;
        self.find_class(module, name)
    }

    /// INST: a class named by two lines, called with all items above the mark.
    pub(super) fn load_inst(&mut self) -> Result<R::Obj, R> {
        let start = self.stack.pop_mark()?;
        let names = self.name_lines()?;
        // The opcode is as old as ASCII names.
        if !names.iter().all(|&name| matches!(self.rt.inspect(name), Value::Str(text) if text.is_ascii())) {
            return Err(Fault::BadUtf8.into());
        }
        let [module, name] = names;
        let cls = self.find_class(module, name)?;
        self.call_class(cls, start, start)
    }

    /// OBJ: the class just above the mark, called with the other items.
    pub(super) fn load_obj(&mut self) -> Result<R::Obj, R> {
        let start = self.stack.pop_mark()?;
        let cls = *self.stack.above(start).first().ok_or(Fault::StackUnderflow)?;
        self.call_class(cls, start, start.saturating_add(1))
    }

    /// A class without arguments and without `__getinitargs__` is not called, only instantiated.
    fn call_class(&mut self, cls: R::Obj, start: usize, first_arg: usize) -> Result<R::Obj, R> {
        let args = self.stack.above(first_arg);
        let bare = args.is_empty() && self.rt.is_class(cls);
        let obj = if bare && self.rt.attribute(cls, b"__getinitargs__")?.is_none() {
            let nothing = self.rt.tuple(&[])?;
            self.rt.instantiate(cls, nothing, None)?
        } else {
            self.rt.call(cls, args)?
        };
        self.stack.truncate(start);
        Ok(obj)
    }

    pub(super) fn load_reduce(&mut self) -> Result<R::Obj, R> {
        let args = self.stack.pop()?;
        let callable = self.stack.pop()?;
        self.rt.call_tuple(callable, args)
    }

    pub(super) fn load_newobj(&mut self) -> Result<R::Obj, R> {
        let args = self.stack.pop()?;
        let cls = self.stack.pop()?;
        self.new_object(cls, args, None)
    }

    pub(super) fn load_newobj_ex(&mut self) -> Result<R::Obj, R> {
        let kwargs = self.stack.pop()?;
        let args = self.stack.pop()?;
        let cls = self.stack.pop()?;
        let Value::Dict(_) = self.rt.inspect(kwargs) else {
            return Err(Fault::NotADict.into());
        };
        self.new_object(cls, args, Some(kwargs))
    }

    fn new_object(&mut self, cls: R::Obj, args: R::Obj, kwargs: Option<R::Obj>) -> Result<R::Obj, R> {
        let Value::Tuple(_) = self.rt.inspect(args) else {
            return Err(Fault::NotATuple.into());
        };
        if !self.rt.is_class(cls) {
            return Err(Fault::NotAClass.into());
        }
        self.rt.instantiate(cls, args, kwargs)
    }

    /// EXT1, EXT2, EXT4: a global by its code in the extension registry. Four bytes are signed.
    pub(super) fn load_extension(&mut self, code: u64) -> Result<R::Obj, R> {
        let code = code as u32;
        if code == 0 || code > i32::MAX as u32 {
            return Err(Fault::BadExtension.into());
        }
        Ok(self.rt.extension(code, self.naming())?.ok_or(Fault::UnknownExtension)?)
    }

    /// PERSID: a persistent id as a line.
    pub(super) fn load_persistent_line(&mut self) -> Result<R::Obj, R> {
        let line = self.reader.line(self.rt)?;
        if !line.is_ascii() {
            return Err(Fault::PersidNotAscii.into());
        }
        let id = self.rt.str(line)?;
        self.load_persistent(id)
    }

    pub(super) fn load_persistent(&mut self, id: R::Obj) -> Result<R::Obj, R> {
        Ok(self.rt.persistent_load(id)?.ok_or(Fault::NoPersistentLoad)?)
    }

    /// The global that the next two lines name.
    pub(super) fn global_lines(&mut self) -> Result<R::Obj, R> {
        let [module, name] = self.name_lines()?;
        self.find_class(module, name)
    }

    fn name_lines(&mut self) -> Result<[R::Obj; 2], R> {
        Ok([self.name_line()?, self.name_line()?])
    }

    fn name_line(&mut self) -> Result<R::Obj, R> {
        let line = self.reader.line(self.rt)?;
        if line.is_empty() {
            return Err(Fault::Truncated.into());
        }
        text::check_utf8(line)?;
        self.rt.str(line)
    }

    /// The global of that name.
    fn find_class(&mut self, module: R::Obj, name: R::Obj) -> Result<R::Obj, R> {
        let (Value::Str(_), Value::Str(_)) = (self.rt.inspect(module), self.rt.inspect(name)) else {
            return Err(Fault::NotAString.into());
        };
        self.rt.find_class(module, name, self.naming())
    }

    /// How the names in the pickle are to be read.
    pub fn naming(&self) -> Naming {
        Naming { dotted: self.protocol >= 4, python2: self.protocol < 3 && self.options.fix_imports }
    }
}

impl Naming {
    /// Module and name, both str, as Python 3 has them.
    pub fn modern<R: Runtime>(self, rt: &R, module: R::Obj, name: R::Obj) -> Result<(R::Obj, R::Obj), R> {
        let (true, Value::Str(old_module), Value::Str(old_name)) = (self.python2, rt.inspect(module), rt.inspect(name))
        else {
            return Ok((module, name));
        };
        let (new_module, new_name) = names::to_python3(old_module, old_name);
        let module = if new_module == old_module { module } else { rt.str(new_module)? };
        let name = if new_name == old_name { name } else { rt.str(new_name)? };
        Ok((module, name))
    }
}
