//! Both machines, over an interpreter of the tests' own, against CPython.

mod cpython;
mod machine;
mod memory;
mod toy;

mod streams;
mod values;
