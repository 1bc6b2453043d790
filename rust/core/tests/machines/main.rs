//! Both machines, over an interpreter of the tests' own, against CPython.

mod cpython;
mod effort;
mod machine;
mod memory;
mod outcome;
mod toy;

mod faults;
mod hooks;
mod hostile;
mod nesting;
mod refusals;
mod states;
mod streams;
mod values;
mod wire;
