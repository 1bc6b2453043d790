//! Blocks of Rust's on MicroPython's heap: what the collector sees and takes, and what happens when there is no more.
#![allow(unsafe_code)]

use crate::heap::TableHeap;
use crate::micropython::{self, block_size, collect, collecting, python, search, used};
use crate::shim::{self, Call, Obj, off_heap, on_heap};
use allocator_api2::alloc::{AllocError, Allocator};
use mpickle_core::error::Fault;
use mpickle_core::growable::Growable;
use mpickle_core::table::Table;
use std::alloc::Layout;
use std::ptr::NonNull;

const ENTRIES: usize = 3000;
