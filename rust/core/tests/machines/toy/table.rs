//! Pairs in the order of their coming, with a key in no more than one of them: dicts and sets.

use super::{Obj, Result, Thing, Toy, raise};
use std::collections::HashMap;

#[derive(Default)]
pub struct Table {
    pairs: Vec<(Obj, Obj)>,
    places: HashMap<Vec<u8>, usize>,
}

impl Table {
    pub fn pairs(&self) -> &[(Obj, Obj)] {
        &self.pairs
    }

    /// Stores a value under a key, both of which stay what they were if there is an equal key.
    pub fn store(&mut self, toy: &Toy, key: Obj, value: Obj) -> Result<()> {
        let mut digest = Vec::new();
        hash(toy, key, &mut digest)?;
        match self.places.get(&digest) {
            Some(&place) => self.pairs[place].1 = value,
            None => {
                self.places.insert(digest, self.pairs.len());
                self.pairs.push((key, value));
            }
        }
        Ok(())
    }
}

/// More than a key of any sense has: tuples of one tuple twice, and so on, soon have more than there is memory for.
const LONGEST: usize = 1 << 20;

/// Appends what tells a key from all that are not equal to it.
fn hash(toy: &Toy, key: Obj, digest: &mut Vec<u8>) -> Result<()> {
    if digest.len() > LONGEST {
        return raise("MemoryError");
    }
    let (kind, data) = match toy.thing(key) {
        Thing::Bool(value) => ('i', u8::from(*value).to_string().into()),
        Thing::Int(value) => ('i', value.to_string().into()),
        Thing::BigInt(value) => ('i', value.to_string().into()),
        // 1.0 is equal to 1.
        Thing::Float(bits) if f64::from_bits(*bits).fract() == 0.0 => {
            ('i', format!("{}", f64::from_bits(*bits) as i128).into())
        }
        Thing::Float(bits) => ('f', bits.to_be_bytes().into()),
        Thing::Str(text) => ('s', text.clone()),
        Thing::Bytes(data) => ('b', data.clone()),
        Thing::Tuple(items) => {
            digest.push(b'(');
            items.iter().try_for_each(|&item| hash(toy, item, digest))?;
            (')', Vec::new())
        }
        Thing::FrozenSet(items) => {
            let mut all = Vec::new();
            for &(item, _) in items.borrow().pairs() {
                let mut one = Vec::new();
                hash(toy, item, &mut one)?;
                all.push(one);
            }
            all.sort();
            ('z', all.concat())
        }
        Thing::List(_) | Thing::Dict(_) | Thing::OrderedDict(_) | Thing::Set(_) | Thing::ByteArray(_) => {
            return raise("TypeError");
        }
        _ => ('#', key.0.to_be_bytes().into()),
    };
    digest.push(kind as u8);
    digest.extend(data.len().to_be_bytes());
    digest.extend(data);
    Ok(())
}
