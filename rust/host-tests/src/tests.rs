//! Blocks of Rust's on MicroPython's heap.

use crate::micropython::{self, collect, used};
use crate::shim::{off_heap, on_heap};

#[test]
fn programs_run() {
    micropython::run(1 << 20, || {
        assert!(micropython::python("import mpickle\nassert mpickle.loads(mpickle.dumps([1, 'two'])) == [1, 'two']"));
        assert!(!micropython::python("import mpickle\nmpickle.loads(b'')"));
        collect();
        assert!(used() > 0);
        off_heap(|| on_heap(|| ()));
    });
}
