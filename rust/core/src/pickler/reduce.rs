//! Reductions: objects that are written as a call that makes them again (PEP 307).

use super::{BATCH, Pickler, Step};
use crate::error::Fault;
use crate::runtime::{Constructor, Known, Result, Runtime, Value};
use crate::wire::opcode;

impl<R: Runtime> Pickler<'_, R> {
    /// Writes an object that has no opcode of its own.
    pub(super) fn save_by_reduction(&mut self, obj: R::Obj, value: Value<'_, R::Obj>) -> Result<(), R> {
        if let Some(reduction) = self.rt.reducer_override(obj)? {
            return self.save_reduction(obj, reduction);
        }
        if let Value::Global = value {
            return self.save_global(obj, None);
        }
        if let Some(reduction) = self.rt.registered_reduction(obj)? {
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
        match self.rt.inspect(reduction) {
            Value::Str(_) => return self.save_global(obj, Some(reduction)),
            Value::Tuple(2..=6) => {}
            Value::Tuple(_) => return Err(Fault::ReduceLength.into()),
            _ => return Err(Fault::ReduceType.into()),
        }
        let (Some(callable), Some(args)) = (self.rt.tuple_item(reduction, 0), self.rt.tuple_item(reduction, 1)) else {
            return Err(Fault::ReduceLength.into());
        };
        if !self.rt.is_callable(callable) {
            return Err(Fault::ReduceCallable.into());
        }
        let Value::Tuple(count) = self.rt.inspect(args) else {
            return Err(Fault::ReduceArguments.into());
        };
        for (index, fault) in [(3, Fault::ReduceList), (4, Fault::ReduceDict)] {
            if let Some(iterator) = self.reduction_item(reduction, index)
                && !self.rt.has(iterator, b"__next__")?
                && !matches!((index, self.rt.inspect(iterator)), (3, Value::Set(_)))
            {
                return Err(fault.into());
            }
        }
        if self.reduction_item(reduction, 5).is_some_and(|setter| !self.rt.is_callable(setter)) {
            return Err(Fault::ReduceSetter.into());
        }
        self.push_step(Step::Reduced { obj, reduction })?;
        let constructor = if self.protocol() >= 2 { self.rt.constructor(callable) } else { Constructor::Call };
        match constructor {
            Constructor::Call => self.push_call(callable, args),
            Constructor::NewObj => self.push_newobj(obj, args, count),
            Constructor::NewObjEx => self.push_newobj_ex(args, count),
        }
    }

    fn push_call(&mut self, callable: R::Obj, args: R::Obj) -> Result<(), R> {
        self.push(&[Step::Op(opcode::REDUCE), Step::Save(args), Step::Save(callable)])
    }

    /// `copyreg.__newobj__(cls, *args)`: the class, the other arguments, NEWOBJ.
    fn push_newobj(&mut self, obj: R::Obj, args: R::Obj, count: usize) -> Result<(), R> {
        let Some(cls) = self.rt.tuple_item(args, 0) else {
            return Err(Fault::NewObjEmpty.into());
        };
        if !self.rt.is_class(cls) {
            return Err(Fault::NewObjType.into());
        }
        if self.rt.type_of(obj) != cls {
            return Err(Fault::NewObjClass.into());
        }
        let rest = self.rt.tuple_from(args, 1, count)?;
        self.push(&[Step::Op(opcode::NEWOBJ), Step::Save(rest), Step::Save(cls)])
    }

    /// `copyreg.__newobj_ex__(cls, args, kwargs)`: NEWOBJ_EX, or before protocol 4 a partial call.
    fn push_newobj_ex(&mut self, args: R::Obj, count: usize) -> Result<(), R> {
        let item = |index| self.rt.tuple_item(args, index);
        let (3, Some(cls), Some(positional), Some(named)) = (count, item(0), item(1), item(2)) else {
            return Err(Fault::NewObjExLength.into());
        };
        let is_class = self.rt.is_class(cls);
        let (true, Value::Tuple(_), Value::Dict(_)) = (is_class, self.rt.inspect(positional), self.rt.inspect(named))
        else {
            return Err(Fault::NewObjExTypes.into());
        };
        if self.protocol() >= 4 {
            return self.push(&[
                Step::Op(opcode::NEWOBJ_EX),
                Step::Save(named),
                Step::Save(positional),
                Step::Save(cls),
            ]);
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
            self.push_step(Step::Pairs { iterator, taken: 0 })?;
        }
        match self.reduction_item(reduction, 3) {
            Some(items) => self.push_items(items),
            None => Ok(()),
        }
    }

    /// List items come from an iterator. A set of items is added, as what stands in for a set needs it; CPython writes
    /// no such thing, but reads it.
    fn push_items(&mut self, items: R::Obj) -> Result<(), R> {
        match self.rt.inspect(items) {
            Value::Set(size) if self.protocol() >= 4 => {
                self.push(&[Step::Set { set: items, position: 0, size, room: BATCH }, Step::Op(opcode::MARK)])
            }
            Value::Set(_) => Err(Fault::SetItemsProtocol.into()),
            _ => self.push_step(Step::Items { iterator: items, taken: 0 }),
        }
    }

    /// An item of a reduction; `None` where it is left out or Python's `None`.
    fn reduction_item(&self, reduction: R::Obj, index: usize) -> Option<R::Obj> {
        self.rt.tuple_item(reduction, index).filter(|&item| item != self.rt.none())
    }
}
