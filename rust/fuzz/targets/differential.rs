//! Pickles that name nothing, loaded here and by CPython's C unpickler: the same value or the same class of exception;
//! and what is dumped here in any protocol is the same value there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mpickle_fuzz::machine::{dump, load};
use mpickle_fuzz::outcome::{may_differ, show};
use mpickle_fuzz::server::Server;
use mpickle_fuzz::toy::{Error, Hooks, Toy};
use std::sync::{LazyLock, Mutex};

mpickle_fuzz::mutates_pickles!();

static CPYTHON: LazyLock<Mutex<Server>> = LazyLock::new(|| Mutex::new(Server::start()));

fuzz_target!(|data: &[u8]| {
    let toy = Toy::with(Hooks { data_only: true, ..Hooks::default() });
    let outcome = load(&toy, data);
    let ours = show(&toy, outcome);
    let mut cpython = CPYTHON.lock().unwrap();
    let theirs = cpython.loads(data);
    if matches!(outcome, Err(Error::Raised(class)) if class != "UnpicklingError") {
        return; // The toy's objects have next to no methods.
    }
    // Sets have no order, and what is in sets of sets is numbered in the order in which it is met.
    let sets = [&ours, &theirs].iter().all(|shown| shown.matches("set{").count() > 1);
    assert!(ours == theirs || sets || may_differ(&toy, data, &ours, &theirs), "{ours}, {theirs}");
    let (Ok(obj), true) = (outcome, ours == theirs) else { return };
    let protocol = data.len() as u8 % 6;
    if let Ok(pickle) = dump(&toy, obj, protocol) {
        let again = cpython.loads(&pickle);
        // Before protocol 4 a set is made by a name; text has no room for the bits of a NaN; a view is dumped as bytes.
        let other = again == "!UnpicklingError" && protocol < 5
            || protocol == 0 && again.contains("f7ff8000000000000")
            || ours.contains("view");
        assert!(again == theirs || other, "in protocol {protocol}: {again}, {theirs}");
    }
});
