//! How much is tried. Miri is slow, so what it runs is picked from all that there is; and what
//! runs before it, to write down CPython's answers, has to pick the same.

use crate::cpython;

/// Whether this is Miri, or what runs before it.
pub fn is_small() -> bool {
    cpython::answers().is_some()
}

/// One number for Miri, and one for all others.
pub fn up_to(small: usize, large: usize) -> usize {
    if is_small() { small } else { large }
}

/// All there is; for Miri, the first and each so many after it.
pub fn picked<T>(all: impl Iterator<Item = T>, every: usize) -> impl Iterator<Item = T> {
    all.step_by(up_to(every, 1))
}
