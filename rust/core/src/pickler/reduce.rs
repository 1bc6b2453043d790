//! Reductions: objects that are written as a call that makes them again (PEP 307).

use super::{BATCH, Pickler, Step};
use crate::error::Fault;
use crate::parts::{GLOBALS, INSTANCES};
use crate::runtime::{Constructor, Known, Result, Runtime, Special, Value};
use crate::wire::opcode;

impl<R: Runtime> Pickler<'_, R> {
    /// Writes an object that has no opcode of its own.
    pub(super) fn save_by_reduction(&mut self, obj: R::Obj, value: Value<'_, R::Obj>) -> Result<(), R> {
        if !GLOBALS {
            return Err(self.rt.cannot_pickle(obj));
        }
        if let Some(reduction) = self.rt.reducer_override(obj)? {
            return self.save_reduction(obj, reduction);
        }
        if let Value::Global = value {
            return self.save_global(obj, None);
        }
        if let Some(reduction) = self.rt.registered_reduction(obj)? {
            // An object stands for this one: it is pickled as that would be.
            let stand_in = matches!(self.rt.inspect(reduction), Value::Instance);
            let reduction = if stand_in { self.reduce_instance(reduction)? } else { reduction };
            return self.save_reduction(obj, reduction);
        }
        match value {
            Value::TypeOf(singleton) => self.save_call(obj, self.rt.known(Known::Type), &[singleton]),
            Value::Singleton(name) => {
                let name = self.rt.name(name)?;
                self.save_global(obj, Some(name))
            }
            Value::Made => {
                let (parts, count) = self.rt.parts(obj)?;
                self.save_made(obj, parts.get(..count).unwrap_or(&parts))
            }
            Value::Mapping => {
                let none = self.rt.none();
                let args = self.rt.tuple(&[])?;
                let items = self.rt.iterate_items(obj)?;
                let reduction = self.rt.tuple(&[self.rt.type_of(obj), args, none, none, items])?;
                self.save_reduction(obj, reduction)
            }
            _ => {
                let reduction = self.reduce_instance(obj)?;
                self.save_reduction(obj, reduction)
            }
        }
    }

    /// Writes an object as its type called with `args`.
    pub(super) fn save_made(&mut self, obj: R::Obj, args: &[R::Obj]) -> Result<(), R> {
        self.save_call(obj, self.rt.type_of(obj), args)
    }

    /// Writes an object as a call.
    pub(super) fn save_call(&mut self, obj: R::Obj, callable: R::Obj, args: &[R::Obj]) -> Result<(), R> {
        let args = self.rt.tuple(args)?;
        let reduction = self.rt.tuple(&[callable, args])?;
        self.save_reduction(obj, reduction)
    }

    /// Writes what `__reduce__` returned for `obj`: the name of a global, or callable, arguments, state,
    /// list items, dict items and state setter, of which the last four may be left out or `None`.
    fn save_reduction(&mut self, obj: R::Obj, reduction: R::Obj) -> Result<(), R> {
        if self.rt.text(reduction).is_some() {
            return self.save_global(obj, Some(reduction));
        }
        if let Some(fault) = self.reduction_fault(reduction)? {
            return Err(self.rt.fail(fault));
        }
        let none = self.rt.none();
        let [callable, args] = [0, 1].map(|index| self.rt.tuple_item(reduction, index).unwrap_or(none));
        self.push_step(Step::Reduced { obj, reduction })?;
        let constructor = if self.protocol() >= 2 { self.rt.constructor(callable) } else { Constructor::Call };
        match constructor {
            Constructor::Call => self.push_call(callable, args),
            Constructor::NewObj => self.push_newobj(obj, args),
            Constructor::NewObjEx => self.push_newobj_ex(args),
        }
    }

    /// What is wrong with a reduction that is no name.
    fn reduction_fault(&self, reduction: R::Obj) -> Result<Option<Fault>, R> {
        let Some(len) = self.rt.tuple_len(reduction) else { return Ok(Some(Fault::ReduceType)) };
        let (2..=6, Some(callable), Some(args)) =
            (len, self.rt.tuple_item(reduction, 0), self.rt.tuple_item(reduction, 1))
        else {
            return Ok(Some(Fault::ReduceLength));
        };
        if !self.rt.is_callable(callable) {
            return Ok(Some(Fault::ReduceCallable));
        }
        if self.rt.tuple_len(args).is_none() {
            return Ok(Some(Fault::ReduceArguments));
        }
        for (index, fault) in [(3, Fault::ReduceList), (4, Fault::ReduceDict)] {
            if let Some(iterator) = self.reduction_item(reduction, index)
                && !self.rt.has(iterator, Special::Next)?
                && !(index == 3 && self.rt.set_len(iterator).is_some())
            {
                return Ok(Some(fault));
            }
        }
        let setter = self.reduction_item(reduction, 5);
        Ok(setter.filter(|&setter| !self.rt.is_callable(setter)).map(|_| Fault::ReduceSetter))
    }

    fn push_call(&mut self, callable: R::Obj, args: R::Obj) -> Result<(), R> {
        self.push(&[Step::Op(opcode::REDUCE), Step::Save(args), Step::Save(callable)])
    }

    /// `copyreg.__newobj__(cls, *args)`: the class, the other arguments, NEWOBJ.
    fn push_newobj(&mut self, obj: R::Obj, args: R::Obj) -> Result<(), R> {
        let Some(cls) = self.rt.tuple_item(args, 0) else {
            return Err(self.rt.fail(Fault::NewObjEmpty));
        };
        if !self.rt.is_class(cls) {
            return Err(self.rt.fail(Fault::NewObjType));
        }
        if self.rt.type_of(obj) != cls {
            return Err(self.rt.fail(Fault::NewObjClass));
        }
        let rest = self.rt.tuple_after_first(args)?;
        self.push(&[Step::Op(opcode::NEWOBJ), Step::Save(rest), Step::Save(cls)])
    }

    /// `copyreg.__newobj_ex__(cls, args, kwargs)`: NEWOBJ_EX, or before protocol 4 a partial call.
    fn push_newobj_ex(&mut self, args: R::Obj) -> Result<(), R> {
        let item = |index| self.rt.tuple_item(args, index);
        let (Some(3), Some(cls), Some(positional), Some(named)) = (self.rt.tuple_len(args), item(0), item(1), item(2))
        else {
            return Err(self.rt.fail(Fault::NewObjExLength));
        };
        if !self.rt.is_class(cls) || !self.rt.are_arguments(positional, named) {
            return Err(self.rt.fail(Fault::NewObjExTypes));
        }
        if self.protocol() >= 4 {
            return self.push(&[
                Step::Op(opcode::NEWOBJ_EX),
                Step::Save(named),
                Step::Save(positional),
                Step::Save(cls),
            ]);
        }
        if !INSTANCES {
            return Err(self.rt.fail(Fault::KeywordsLeftOut));
        }
        let partial = self.rt.partial_new(cls, positional, named)?;
        let nothing = self.rt.tuple(&[])?;
        self.push_call(partial, nothing)
    }

    /// The object is on the other side's stack: memoizes it, then fills it and sets its state.
    ///
    /// If it is in the memo by now, its own arguments held it; then the other side drops what it made.
    pub(super) fn finish_reduction(&mut self, obj: R::Obj, reduction: R::Obj) -> Result<(), R> {
        if let Some(index) = self.memo.get(self.rt.identity(obj)) {
            self.writer.op(opcode::POP)?;
            return self.write_get(index);
        }
        self.memoize(obj)?;
        if let Some(state) = self.reduction_item(reduction, 2) {
            match self.reduction_item(reduction, 5) {
                None => self.push(&[Step::Op(opcode::BUILD), Step::Save(state)])?,
                Some(setter) => self.push(&[
                    Step::Op(opcode::POP),
                    Step::Op(opcode::REDUCE),
                    Step::Op(opcode::TUPLE2),
                    Step::Save(state),
                    Step::Save(obj),
                    Step::Save(setter),
                ])?,
            }
        }
        if let Some(iterator) = self.reduction_item(reduction, 4) {
            self.push_step(Step::Items { iterator, pairs: true, taken: 0 })?;
        }
        match self.reduction_item(reduction, 3) {
            Some(items) => self.push_items(items),
            None => Ok(()),
        }
    }

    /// List items come from an iterator. A set of items is added, as what stands in for a set needs it; CPython writes
    /// no such thing, but reads it.
    fn push_items(&mut self, items: R::Obj) -> Result<(), R> {
        let Some(size) = self.rt.set_len(items) else {
            return self.push_step(Step::Items { iterator: items, pairs: false, taken: 0 });
        };
        if self.protocol() < 4 {
            return Err(self.rt.fail(Fault::SetItemsProtocol));
        }
        self.push(&[
            Step::Hashed { container: items, is_dict: false, position: 0, size, room: BATCH },
            Step::Op(opcode::MARK),
        ])
    }

    /// An item of a reduction; `None` where it is left out or Python's `None`.
    fn reduction_item(&self, reduction: R::Obj, index: usize) -> Option<R::Obj> {
        self.rt.tuple_item(reduction, index).filter(|&item| item != self.rt.none())
    }
}
