//! What pickle *is*, and nothing of any interpreter: the wire format, the machine that walks objects
//! and the machine that runs opcodes. An interpreter takes part by implementing [`runtime::Runtime`].
//!
//! Sources: CPython's `Modules/_pickle.c` for behaviour, `Lib/pickletools.py` for the format,
//! PEP 307, 3154 and 574 for the why.
#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

pub mod dis;
pub mod error;
pub mod growable;
pub mod packed;
pub mod parts;
pub mod pickler;
pub mod runtime;
pub mod table;
pub mod unpickler;
pub mod wire;
