//! Any value, dumped in any protocol to memory and to a stream, is the same value when it is loaded.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use mpickle_core::runtime::Runtime;
use mpickle_fuzz::machine::{dump, dump_to, in_pieces, load, load_from};
use mpickle_fuzz::memory::{Refuse, refusing};
use mpickle_fuzz::toy::{Obj, Stream, Thing, Toy};
use std::cell::RefCell;

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let toy = Toy::new();
    let Ok(protocol) = input.int_in_range(0..=5) else { return };
    let number = input.arbitrary::<u8>().unwrap_or(0).into();
    let obj = value(&toy, &mut input);
    let shown = toy.show(obj);
    let pickle = dump(&toy, obj, protocol).expect("a value that can be dumped");
    let loaded = load(&toy, &pickle).expect("a pickle of our own");
    assert_eq!(toy.show(loaded), shown);
    // What is equal may have become one object, or several; from then on nothing changes.
    let second = dump(&toy, loaded, protocol).unwrap();
    let loaded = load(&toy, &second).expect("a pickle of our own");
    assert_eq!(dump(&toy, loaded, protocol).unwrap(), second);

    let stream = toy.new_stream(Stream::writing());
    dump_to(&toy, stream, obj, protocol).unwrap();
    let written = toy.stream(stream, |stream| stream.data().to_vec());
    let piece = 1 + usize::from(data.len() as u8);
    let loaded = load_from(&toy, in_pieces(&toy, &written, piece)).expect("a pickle of our own");
    assert_eq!(toy.show(loaded), shown);

    // A dump that runs out of memory changes nothing, and the next one works.
    let _ = refusing(Refuse::Only(number), || dump_to(&toy, stream, obj, protocol));
    assert_eq!(toy.show(obj), shown);
    assert_eq!(dump(&toy, obj, protocol).unwrap(), pickle);
});

/// A value made of the input: what was made before is used again, and lists and dicts get items when they are in
/// others already.
fn value(toy: &Toy, input: &mut Unstructured<'_>) -> Obj {
    let mut made = vec![toy.none()];
    while !input.is_empty() && made.len() < 300 {
        match one(toy, input, &made) {
            Ok(obj) => made.push(obj),
            Err(_) => break,
        }
    }
    toy.new_list(&made)
}

fn one(toy: &Toy, input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Obj> {
    let thing = match input.int_in_range(0..=15)? {
        0 => Thing::Int(input.arbitrary::<i8>()?.into()),
        1 => Thing::Int(input.arbitrary()?),
        2 => return Ok(int(toy, input)?),
        3 => Thing::Float(float(input)?),
        4 => Thing::Str(text(input)?),
        5 => Thing::Bytes(bytes(input)?),
        6 => Thing::ByteArray(RefCell::new(bytes(input)?)),
        7 => Thing::Tuple(some(input, made)?),
        8 => Thing::List(RefCell::new(some(input, made)?)),
        9 => return Ok(toy.new_dict(&pairs(toy, input, made)?)),
        10 => return frozen(toy, input, made),
        11 => {
            let set = toy.set().unwrap();
            toy.add(set, &keys(toy, input, made)?).unwrap();
            return Ok(set);
        }
        12 => return instance(toy, input, made),
        13 => return fill(toy, input, made),
        14 => return Ok(toy.bool(input.arbitrary()?)),
        _ => {
            const NAMES: [&[u8]; 4] = [b"Plain", b"Known1", b"Known300", b"Outer"];
            return Ok(toy.global(b"toy", input.choose(&NAMES)?));
        }
    };
    Ok(toy.new_thing(thing))
}

fn int(toy: &Toy, input: &mut Unstructured<'_>) -> Result<Obj> {
    Ok(toy.int_from_bytes(&bytes(input)?).unwrap())
}

/// The bits of a double; one NaN stands for all, since text has one.
fn float(input: &mut Unstructured<'_>) -> Result<u64> {
    let value: f64 = input.arbitrary()?;
    Ok(if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
}

/// UTF-8, with a lone surrogate at times.
fn text(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut text: Vec<u8> = input.arbitrary::<String>()?.into();
    match input.int_in_range(0..=7)? {
        0 => text.extend(b"\xed\xa0\x80"),
        1 => text = text.repeat(input.int_in_range(0..=70)?),
        _ => {}
    }
    Ok(text)
}

fn bytes(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = input.arbitrary()?;
    Ok(if input.ratio(1, 8)? { bytes.repeat(input.int_in_range(0..=300)?) } else { bytes })
}

fn some(input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Vec<Obj>> {
    let count = if input.ratio(1, 20)? { input.int_in_range(0..=2100)? } else { input.int_in_range(0..=5)? };
    if count > 20 {
        return Ok(vec![*input.choose(made)?; count]);
    }
    (0..count).map(|_| input.choose(made).copied()).collect()
}

/// Those that can be keys.
fn keys(toy: &Toy, input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Vec<Obj>> {
    let mut found = some(input, made)?;
    found.retain(|&obj| is_atom(toy, obj));
    Ok(found)
}

fn is_atom(toy: &Toy, obj: Obj) -> bool {
    matches!(toy.thing(obj), Thing::None | Thing::Int(_) | Thing::BigInt(_) | Thing::Str(_) | Thing::Bytes(_))
}

fn pairs(toy: &Toy, input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Vec<(Obj, Obj)>> {
    let values = some(input, made)?;
    let keys = keys(toy, input, made)?;
    Ok(keys.into_iter().zip(values).collect())
}

fn frozen(toy: &Toy, input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Obj> {
    Ok(toy.frozenset(&keys(toy, input, made)?).unwrap())
}

fn instance(toy: &Toy, input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Obj> {
    let obj = toy.call(toy.global(b"toy", b"Reduced"), &some(input, made)?).unwrap();
    if input.arbitrary()? {
        let state = toy.new_dict(&pairs(toy, input, made)?);
        toy.update_state(obj, state).unwrap();
    }
    toy.extend(obj, &some(input, made)?).unwrap();
    let pairs: Vec<Obj> = pairs(toy, input, made)?.into_iter().flat_map(|(key, value)| [key, value]).collect();
    toy.store(obj, &pairs).unwrap();
    Ok(obj)
}

/// Gives something made before more items: how cycles come.
fn fill(toy: &Toy, input: &mut Unstructured<'_>, made: &[Obj]) -> Result<Obj> {
    let obj = *input.choose(made)?;
    match toy.thing(obj) {
        Thing::List(_) => toy.extend(obj, &some(input, made)?).unwrap(),
        Thing::Dict(_) => {
            for (key, value) in pairs(toy, input, made)? {
                toy.store(obj, &[key, value]).unwrap();
            }
        }
        _ => {}
    }
    Ok(obj)
}
