//! Classes and functions by name, by extension code, and what calling them gives.

use super::Unpickler;
use crate::error::Fault;
use crate::runtime::{Naming, Result, Runtime, Special};
use crate::wire::{names, text};

impl<R: Runtime> Unpickler<'_, '_, R> {
    /// STACK_GLOBAL: module and name from the stack.
    pub(super) fn load_stack_global(&mut self) -> Result<R::Obj, R> {
        let name = self.pop()?;
        let module = self.pop()?;
        self.find_class(module, name)
    }

    /// INST: a class named by two lines, called with all items above the mark.
    pub(super) fn load_inst(&mut self) -> Result<R::Obj, R> {
        let start = self.pop_mark()?;
        let names = self.name_lines()?;
        // The opcode is as old as ASCII names.
        if names.iter().any(|&name| self.rt.ascii(name).is_none()) {
            return Err(self.rt.fail(Fault::BadUtf8));
        }
        let [module, name] = names;
        let cls = self.find_class(module, name)?;
        self.call_class(cls, start, start)
    }

    /// OBJ: the class just above the mark, called with the other items.
    pub(super) fn load_obj(&mut self) -> Result<R::Obj, R> {
        let start = self.pop_mark()?;
        let Some(&cls) = self.stack.above(start).first() else {
            return Err(self.rt.fail(Fault::StackUnderflow));
        };
        self.call_class(cls, start, start.saturating_add(1))
    }

    /// A class without arguments and without `__getinitargs__` is not called, only instantiated.
    fn call_class(&mut self, cls: R::Obj, start: usize, first_arg: usize) -> Result<R::Obj, R> {
        let args = self.stack.above(first_arg);
        let bare = args.is_empty() && self.rt.is_class(cls);
        let obj = if bare && self.rt.attribute(cls, Special::GetInitArgs)?.is_none() {
            let nothing = self.rt.tuple(&[])?;
            self.rt.instantiate(cls, nothing, None)?
        } else {
            self.keep_states()?;
            self.rt.call(cls, self.stack.above(first_arg))?
        };
        self.stack.truncate(start);
        Ok(obj)
    }

    pub(super) fn load_reduce(&mut self) -> Result<R::Obj, R> {
        let args = self.pop()?;
        let callable = self.pop()?;
        self.keep_states()?;
        self.rt.call_tuple(callable, args)
    }

    pub(super) fn load_newobj(&mut self) -> Result<R::Obj, R> {
        let args = self.pop()?;
        let cls = self.pop()?;
        self.new_object(cls, args, None)
    }

    pub(super) fn load_newobj_ex(&mut self) -> Result<R::Obj, R> {
        let kwargs = self.pop()?;
        let args = self.pop()?;
        let cls = self.pop()?;
        if self.rt.dict_len(kwargs).is_none() {
            return Err(self.rt.fail(Fault::NotADict));
        }
        self.new_object(cls, args, Some(kwargs))
    }

    fn new_object(&mut self, cls: R::Obj, args: R::Obj, kwargs: Option<R::Obj>) -> Result<R::Obj, R> {
        if self.rt.tuple_len(args).is_none() {
            return Err(self.rt.fail(Fault::NotATuple));
        }
        if !self.rt.is_class(cls) {
            return Err(self.rt.fail(Fault::NotAClass));
        }
        self.rt.instantiate(cls, args, kwargs)
    }

    /// EXT1, EXT2, EXT4: a global by its code in the extension registry. Four bytes are signed.
    pub(super) fn load_extension(&mut self, code: u64) -> Result<R::Obj, R> {
        let code = code as u32;
        if code == 0 || code > i32::MAX as u32 {
            return Err(self.rt.fail(Fault::BadExtension));
        }
        let found = self.rt.extension(code, self.naming())?.ok_or_else(|| self.rt.fail(Fault::UnknownExtension))?;
        self.note_global(found)?;
        Ok(found)
    }

    /// PERSID: a persistent id as a line.
    pub(super) fn load_persistent_line(&mut self) -> Result<R::Obj, R> {
        let line = self.reader.line(self.rt)?;
        if !text::is_ascii(line) {
            return Err(self.rt.fail(Fault::PersidNotAscii));
        }
        let id = self.rt.str(line)?;
        self.rt.persistent_load(id)
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
            return Err(self.rt.fail(Fault::Truncated));
        }
        self.rt.or_fail(text::check_utf8(line, false))?;
        self.rt.str(line)
    }

    /// The global of that name.
    fn find_class(&mut self, module: R::Obj, name: R::Obj) -> Result<R::Obj, R> {
        if self.rt.text(module).is_none() || self.rt.text(name).is_none() {
            return Err(self.rt.fail(Fault::NotAString));
        }
        let found = self.rt.find_class(module, name, self.naming())?;
        self.note_global(found)?;
        Ok(found)
    }

    /// How the names in the pickle are to be read.
    pub fn naming(&self) -> Naming {
        Naming { dotted: self.protocol >= 4, python2: self.protocol < 3 && self.options.fix_imports }
    }
}

impl Naming {
    /// Module and name, both str, as Python 3 has them.
    pub fn modern<R: Runtime>(self, rt: &R, module: R::Obj, name: R::Obj) -> Result<(R::Obj, R::Obj), R> {
        let (true, Some(old_module), Some(old_name)) = (self.python2, rt.text(module), rt.text(name)) else {
            return Ok((module, name));
        };
        let mut room = names::Room::default();
        let (new_module, new_name) = names::to_python3(old_module, old_name, &mut room);
        let module = if new_module == old_module { module } else { rt.str(new_module)? };
        let name = if new_name == old_name { name } else { rt.str(new_name)? };
        Ok((module, name))
    }
}
