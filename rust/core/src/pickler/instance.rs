//! Instances: what CPython's `object.__reduce_ex__` and `copyreg` return for them.

use super::Pickler;
use crate::error::{Error, Fault};
use crate::runtime::{Anatomy, Items, Known, Result, Runtime, Value};

impl<R: Runtime> Pickler<'_, R> {
    /// The reduction of an instance: by its own `__reduce_ex__` or `__reduce__`, or by what its class is.
    pub(super) fn reduce_instance(&mut self, obj: R::Obj) -> Result<R::Obj, R> {
        let rt = self.rt;
        if let Some(method) = rt.attribute(obj, b"__reduce_ex__")? {
            return rt.call(method, &[rt.int(self.options.protocol.into())?]);
        }
        if let Some(method) = rt.attribute(obj, b"__reduce__")? {
            return rt.call(method, &[]);
        }
        match rt.anatomy(obj, self.options.protocol)? {
            Anatomy::Opaque => Err(Error::Raised(rt.cannot_pickle(obj))),
            Anatomy::Function { callable, args } => rt.tuple(&[callable, args]),
            Anatomy::Call { args, items } => self.reduce_by_call(obj, args, items),
            Anatomy::Object => self.reduce_by_new(obj, None, None, Items::None),
            Anatomy::Value { value, args } => self.reduce_by_new(obj, Some(value), Some(args), Items::None),
            Anatomy::List(value) => self.reduce_by_new(obj, Some(value), None, Items::List),
            Anatomy::Dict(value) => self.reduce_by_new(obj, Some(value), None, Items::Dict),
        }
    }

    /// `(cls, args, state, list items, dict items)`, as the built-in types with a `__reduce__` of their own do.
    fn reduce_by_call(&self, obj: R::Obj, args: R::Obj, items: Items) -> Result<R::Obj, R> {
        let state = self.state_of(obj)?;
        let (list, dict) = self.iterators(obj, items)?;
        self.rt.tuple(&[self.rt.type_of(obj), args, state, list, dict])
    }

    fn reduce_by_new(
        &self,
        obj: R::Obj,
        value: Option<R::Obj>,
        args: Option<R::Obj>,
        items: Items,
    ) -> Result<R::Obj, R> {
        if self.options.protocol < 2 {
            return self.reduce_by_reconstructor(obj, value);
        }
        let state = self.state_of(obj)?;
        let (callable, args) = self.constructor_of(obj, args)?;
        let (list, dict) = self.iterators(obj, items)?;
        self.rt.tuple(&[callable, args, state, list, dict])
    }

    /// `copyreg._reduce_ex`, before protocol 2: `_reconstructor(cls, base, base(obj))`.
    fn reduce_by_reconstructor(&self, obj: R::Obj, value: Option<R::Obj>) -> Result<R::Obj, R> {
        let rt = self.rt;
        let (base, value) = match value {
            Some(value) => (rt.type_of(value), value),
            None => (rt.known(Known::Object), rt.none()),
        };
        let state = self.state_of(obj)?;
        let has_slots = matches!(rt.inspect(state), Value::Tuple(_));
        if has_slots && rt.attribute(obj, b"__getstate__")?.is_none() {
            return Err(Fault::SlotsProtocol.into());
        }
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
        if let Some(method) = rt.attribute(obj, b"__getnewargs_ex__")? {
            let both = rt.call(method, &[])?;
            let (Some(positional), Some(named)) = (rt.tuple_item(both, 0), rt.tuple_item(both, 1)) else {
                return Err(Fault::NewArgsEx.into());
            };
            if rt.is_true(named)? {
                return Ok((rt.known(Known::NewObjEx), rt.tuple(&[cls, positional, named])?));
            }
            args = Some(positional);
        } else if let Some(method) = rt.attribute(obj, b"__getnewargs__")? {
            args = Some(rt.call(method, &[])?);
        }
        let args = match args {
            Some(args) => self.with_first(cls, args)?,
            None => rt.tuple(&[cls])?,
        };
        Ok((rt.known(Known::NewObj), args))
    }

    fn with_first(&self, first: R::Obj, rest: R::Obj) -> Result<R::Obj, R> {
        let Value::Tuple(count) = self.rt.inspect(rest) else {
            return Err(Fault::NewArgs.into());
        };
        let mut all = crate::growable::Growable::new();
        all.push(first)?;
        for index in 0..count {
            all.push(self.rt.tuple_item(rest, index).unwrap_or(first))?;
        }
        self.rt.tuple(&all)
    }

    fn state_of(&self, obj: R::Obj) -> Result<R::Obj, R> {
        match self.rt.attribute(obj, b"__getstate__")? {
            Some(method) => self.rt.call(method, &[]),
            None => self.rt.state(obj),
        }
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
