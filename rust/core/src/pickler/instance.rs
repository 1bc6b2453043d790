//! Instances: what CPython's `object.__reduce_ex__` and `copyreg` return for them.

use super::Pickler;
use crate::error::Fault;
use crate::parts::INSTANCES;
use crate::runtime::{Anatomy, Items, Known, Result, Runtime, Special};

impl<R: Runtime> Pickler<'_, R> {
    /// The reduction of an instance: by its own `__reduce_ex__` or `__reduce__`, or by what its class is.
    pub(super) fn reduce_instance(&mut self, obj: R::Obj) -> Result<R::Obj, R> {
        let rt = self.rt;
        if let Some(method) = self.method(obj, Special::ReduceEx)? {
            return rt.call(method, &[rt.int(self.protocol().into())?]);
        }
        if let Some(method) = self.method(obj, Special::Reduce)? {
            return rt.call(method, &[]);
        }
        if !INSTANCES {
            return Err(rt.cannot_pickle(obj));
        }
        match rt.anatomy(obj, self.protocol())? {
            Anatomy::Opaque => Err(rt.cannot_pickle(obj)),
            Anatomy::Call { callable, args, items, getstate } => {
                let state = if getstate { self.state_of(obj)? } else { rt.state(obj)? };
                let (list, dict) = self.iterators(obj, items)?;
                rt.tuple(&[callable, args, state, list, dict])
            }
            Anatomy::Object => self.reduce_by_new(obj, None, None, Items::None),
            Anatomy::Value { value, args } => self.reduce_by_new(obj, Some(value), Some(args), Items::None),
            Anatomy::List(value) => self.reduce_by_new(obj, Some(value), None, Items::List),
            Anatomy::Dict(value) => self.reduce_by_new(obj, Some(value), None, Items::Dict),
        }
    }

    /// A method that CPython's object has, too: `__getattr__` is never asked for it.
    fn method(&self, obj: R::Obj, name: Special) -> Result<Option<R::Obj>, R> {
        if self.rt.has(obj, name)? { self.rt.attribute(obj, name) } else { Ok(None) }
    }

    fn reduce_by_new(
        &mut self,
        obj: R::Obj,
        value: Option<R::Obj>,
        args: Option<R::Obj>,
        items: Items,
    ) -> Result<R::Obj, R> {
        if self.protocol() < 2 {
            return self.reduce_by_reconstructor(obj, value);
        }
        let state = self.state_of(obj)?;
        let (callable, args) = self.constructor_of(obj, args)?;
        let (list, dict) = self.iterators(obj, items)?;
        self.rt.tuple(&[callable, args, state, list, dict])
    }

    /// `copyreg._reduce_ex`, before protocol 2: `_reconstructor(cls, base, base(obj))`.
    fn reduce_by_reconstructor(&mut self, obj: R::Obj, value: Option<R::Obj>) -> Result<R::Obj, R> {
        let rt = self.rt;
        let (base, value) = match value {
            Some(value) => (rt.type_of(value), value),
            None => (rt.known(Known::Object), rt.none()),
        };
        if !rt.has(obj, Special::GetState)?
            && let Some(slots) = rt.attribute(obj, Special::Slots)?
            && rt.is_true(slots)?
        {
            return Err(self.rt.fail(Fault::SlotsProtocol));
        }
        let state = self.state_of(obj)?;
        let args = rt.tuple(&[rt.type_of(obj), base, value])?;
        let reconstructor = rt.known(Known::Reconstructor);
        if rt.is_true(state)? { rt.tuple(&[reconstructor, args, state]) } else { rt.tuple(&[reconstructor, args]) }
    }

    /// What makes the object from protocol 2 on: `__newobj__(cls, *args)`, or with keywords
    /// `__newobj_ex__(cls, args, kwargs)`.
    fn constructor_of(&self, obj: R::Obj, args: Option<R::Obj>) -> Result<(R::Obj, R::Obj), R> {
        let rt = self.rt;
        let cls = rt.type_of(obj);
        let mut args = args;
        if let Some(method) = rt.attribute(obj, Special::GetNewArgsEx)? {
            let both = rt.call(method, &[])?;
            let (positional, named) = self.split_arguments(both)?;
            if rt.is_true(named)? {
                return Ok((rt.known(Known::NewObjEx), rt.tuple(&[cls, positional, named])?));
            }
            args = Some(positional);
        } else if let Some(method) = rt.attribute(obj, Special::GetNewArgs)? {
            args = Some(rt.call(method, &[])?);
        }
        let args = match args {
            Some(args) => self.with_first(cls, args)?,
            None => rt.tuple(&[cls])?,
        };
        Ok((rt.known(Known::NewObj), args))
    }

    /// What `__getnewargs_ex__` returned: a tuple and a dict.
    fn split_arguments(&self, both: R::Obj) -> Result<(R::Obj, R::Obj), R> {
        let rt = self.rt;
        let fault = match rt.pair(both) {
            Some((args, kwargs)) if rt.are_arguments(args, kwargs) => return Ok((args, kwargs)),
            Some(_) => Fault::NewArgsExTypes,
            None if rt.tuple_len(both).is_some() => Fault::NewArgsExLength,
            None => Fault::NewArgsEx,
        };
        Err(rt.fail(fault))
    }

    fn with_first(&self, first: R::Obj, rest: R::Obj) -> Result<R::Obj, R> {
        let Some(count) = self.rt.tuple_len(rest) else {
            return Err(self.rt.fail(Fault::NewArgs));
        };
        let mut all = crate::growable::Growable::new();
        all.push(first)?;
        for index in 0..count {
            all.push(self.rt.tuple_item(rest, index).unwrap_or(first))?;
        }
        self.rt.tuple(&all)
    }

    fn state_of(&mut self, obj: R::Obj) -> Result<R::Obj, R> {
        if let Some(method) = self.method(obj, Special::GetState)? {
            return self.rt.call(method, &[]);
        }
        let state = self.rt.state(obj)?;
        // A hook that sees the state may keep it, and hand it out again.
        self.own_state = Some(state).filter(|_| !self.rt.has_persistent_id());
        Ok(state)
    }

    fn iterators(&self, obj: R::Obj, items: Items) -> Result<(R::Obj, R::Obj), R> {
        let none = self.rt.none();
        Ok(match items {
            Items::None => (none, none),
            Items::List => (self.rt.iterate(obj)?, none),
            Items::Dict => (none, self.rt.iterate_items(obj)?),
        })
    }
}
