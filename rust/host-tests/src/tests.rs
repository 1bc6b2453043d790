//! Blocks of Rust's on MicroPython's heap: what the collector sees and what it takes, and what happens when there is no
//! more room.
#![allow(unsafe_code)]

use crate::heap::TableHeap;
use crate::micropython::{self, block_size, collect, collecting, python, search, used};
use crate::shim::{self, Obj, Shim, off_heap, on_heap};
use allocator_api2::alloc::{AllocError, Allocator};
use mpickle_core::error::OutOfMemory;
use mpickle_core::growable::Growable;
use mpickle_core::table::Table;
use std::alloc::Layout;
use std::cell::RefCell;
use std::ptr::NonNull;

/// So many entries that a table grows several times.
const ENTRIES: usize = 1500;
const LARGE: usize = 1 << 20;
const SMALL: usize = 24 << 10;

/// Takes blocks of all sizes, writes all over them and forgets them: what was freed by mistake is gone then.
fn litter() {
    for size in [8, 40, 200, 1000, 5000, 20000] {
        let block = shim::alloc(size);
        if !block.is_null() {
            // SAFETY: a new block of that size.
            unsafe { block.write_bytes(0xAA, size) };
        }
    }
}

fn fill<A: Allocator + Default>(table: &mut Table<A>, entries: usize) -> Result<(), OutOfMemory> {
    (0..entries).try_for_each(|key| table.insert_new(key * 32))
}

fn is_whole<A: Allocator + Default>(table: &Table<A>, entries: usize) -> bool {
    (0..entries).all(|key| table.position(key * 32) == Some(key))
}

#[test]
fn programs_run() {
    micropython::run(LARGE, || {
        let loads = "import mpickle\nassert mpickle.loads(mpickle.dumps([1, 'two'])) == [1, 'two']";
        assert!(python(loads));
        assert!(collecting(|| python(loads)));
        assert!(python("import mpickle\ntry:\n    mpickle.loads(b'')\nexcept EOFError:\n    pass"));
    });
}

#[test]
fn tables_survive_collections_while_they_grow() {
    micropython::run(LARGE, || {
        on_heap(|| {
            let mut table = Table::<TableHeap>::new();
            for key in 0..ENTRIES {
                collecting(|| table.insert_new(key * 32)).unwrap();
                if key % 100 == 0 {
                    collect();
                    litter();
                }
            }
            assert!(is_whole(&table, ENTRIES));
        });
    });
}

/// On the heap, in a block of its own, the table is seen there.
#[test]
fn tables_in_boxes_survive_collections() {
    micropython::run(LARGE, || {
        on_heap(|| {
            let mut table = Box::new(Table::<TableHeap>::new());
            collecting(|| fill(&mut table, ENTRIES)).unwrap();
            collect();
            litter();
            assert!(is_whole(&table, ENTRIES));
        });
    });
}

/// An allocator that keeps no starts, so that the tables' blocks are not seen. They are written down outside of
/// the heap.
#[derive(Default)]
struct Blind;

thread_local! {
    static UNSEEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

// SAFETY: blocks of the heap, exclusive and as large as asked for. The test that uses it forgets its tables.
unsafe impl Allocator for Blind {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = NonNull::new(shim::alloc(layout.size())).ok_or(AllocError)?;
        off_heap(|| UNSEEN.with_borrow_mut(|unseen| unseen.push(block.as_ptr() as usize)));
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        shim::free(block.as_ptr(), layout.size());
    }
}

/// Without the starts the same tables are taken: the tests above would notice.
#[test]
fn tables_without_starts_do_not_survive() {
    micropython::run(LARGE, || {
        let tables: Vec<_> = (0..20)
            .map(|_| {
                let mut table = std::mem::ManuallyDrop::new(Table::<Blind>::new());
                on_heap(|| fill(&mut table, 14)).unwrap();
                table
            })
            .collect();
        collect();
        let survivors = UNSEEN.take().into_iter().filter(|&block| block_size(block) > 0).count();
        assert!(survivors < tables.len() / 2, "{survivors}");
    });
}

#[test]
fn vectors_survive_collections_while_they_grow() {
    micropython::run(LARGE, || {
        on_heap(|| {
            let mut numbers = Growable::new();
            let mut boxes: Vec<Box<usize>> = Vec::new();
            for number in 0..ENTRIES {
                collecting(|| numbers.push(number)).unwrap();
                collecting(|| boxes.push(Box::new(number)));
                if number % 100 == 0 {
                    litter();
                }
            }
            collect();
            litter();
            assert!(numbers.iter().copied().eq(0..ENTRIES) && boxes.iter().map(|number| **number).eq(0..ENTRIES));
        });
    });
}

#[test]
fn memory_is_given_back_at_once() {
    micropython::run(LARGE, || {
        collect();
        let before = used();
        on_heap(|| {
            let (mut table, mut numbers) = (Table::<TableHeap>::new(), Growable::new());
            fill(&mut table, ENTRIES).unwrap();
            numbers.extend_filled(ENTRIES, 7_u64).unwrap();
            assert!(used() >= before + ENTRIES * 20);
        });
        assert_eq!(used(), before);
    });
}

#[test]
fn blocks_grow_and_shrink_where_they_are() {
    micropython::run(LARGE, || {
        collect();
        let before = used();
        let block = on_heap(|| shim::alloc(1000));
        assert_eq!(shim::realloc(block, 1000, 3000), block);
        assert!(block_size(block as usize) >= 3000);
        let behind = on_heap(|| shim::alloc(1000));
        let moved = shim::realloc(block, 3000, 9000);
        assert!(moved != block && block_size(block as usize) == 0);
        assert_eq!(shim::realloc(moved, 9000, 100), moved);
        assert!((100..200).contains(&block_size(moved as usize)));
        shim::free(moved, 100);
        shim::free(behind, 1000);
        assert_eq!(used(), before);
    });
}

/// A small heap that is filled to its end, again and again.
#[test]
fn running_out_of_memory_is_an_error() {
    micropython::run(SMALL, || {
        collect();
        let before = used();
        for _ in 0..3 {
            on_heap(|| {
                let mut table = Table::<TableHeap>::new();
                let stored = (0..).take_while(|key| table.insert_new(key * 32).is_ok()).count();
                assert!((100..ENTRIES).contains(&stored));
                assert_eq!(table.insert_new(stored * 32), Err(OutOfMemory));
                assert!(table.len() == stored && is_whole(&table, stored));
            });
            on_heap(|| {
                let mut numbers = Growable::new();
                let stored = (0..).take_while(|&number| numbers.push(number).is_ok()).count();
                assert!((500..SMALL / 8).contains(&stored));
                assert_eq!(numbers.reserve(usize::MAX / 16), Err(OutOfMemory));
                assert!(numbers.iter().copied().eq(0..stored));
            });
            assert_eq!(used(), before);
        }
        assert!(Shim::new().tuple(&[none(); SMALL / 8]).is_err());
    });
}

fn none() -> Obj {
    shim::constant(shim::MPK_KIND_NONE)
}

/// Bytes of a tuple that takes several blocks.
const TUPLE: usize = 11 * size_of::<usize>();

/// The addresses of such tuples.
fn make_tuples(count: usize) -> Vec<usize> {
    let shim = Shim::new();
    (0..count).map_while(|_| shim.tuple(&[none(); 9]).ok()).map(shim::identity).collect()
}

/// The place where the search for free blocks begins moves on with what was made, and back to the first hole, wherever that
/// is: what is in use is not searched through again.
#[test]
fn the_search_for_free_blocks_is_restored() {
    micropython::run(LARGE, || {
        collect();
        make_tuples(10);
        let mut saved = shim::mpk_search_t { area: std::ptr::null_mut(), index: 0 };
        // SAFETY: within `run`.
        unsafe { shim::mpk_search_save(&mut saved) };
        let restore = || {
            // SAFETY: within `run`.
            unsafe { shim::mpk_search_restore(&saved) };
            search()
        };
        let before = search();
        let tuples = make_tuples(500);
        let after = search();
        assert!(after > before + 500 / 4);
        assert_eq!(restore(), after, "there is no hole");
        for &tuple in tuples.iter().skip(100).step_by(2) {
            shim::free(tuple as *mut u8, TUPLE);
        }
        assert!(before < restore() && restore() < after);
        let hole = search();
        // Too large for the holes.
        assert!(Shim::new().tuple(&[none(); 50]).is_ok());
        assert!(search() > after);
        assert_eq!(restore(), hole);
        collect();
        assert!(restore() <= before, "all of them are free");
    });
}

/// Where nothing is collected, holes that the search has passed are found once there is nothing else.
#[test]
fn free_blocks_out_of_sight_are_the_last_resort() {
    micropython::run(LARGE, || {
        assert!(python("import gc\ngc.disable()"));
        for &tuple in make_tuples(200).iter().step_by(2) {
            shim::free(tuple as *mut u8, TUPLE);
        }
        // Too large for the holes.
        assert!(Shim::new().tuple(&[none(); 50]).is_ok());
        for size in [10_000, 500] {
            on_heap(|| while !shim::alloc(size).is_null() {});
        }
        // The holes, and what is left at the end.
        let room = 100 + 500 / TUPLE;
        assert!((100..=room).contains(&make_tuples(usize::MAX).len()));
    });
}
