//! Streams that can be told to misbehave, and that remember what was asked of them.

use super::{Result, raise};

/// Bytes to be read, or that were written.
pub struct Stream {
    data: Vec<u8>,
    position: usize,
    /// The most that one read gives.
    piece: usize,
    /// The number of the call, counted from 0, that raises.
    raise_at: usize,
    /// Where each call began and how much it wanted to read or write.
    calls: Vec<(usize, usize)>,
}

impl Stream {
    /// A stream to be read, `piece` bytes at a time at most.
    pub fn reading(data: &[u8], piece: usize) -> Self {
        Stream { data: data.to_vec(), position: 0, piece, raise_at: usize::MAX, calls: Vec::new() }
    }

    /// A stream to be written to.
    pub fn writing() -> Self {
        Self::reading(&[], 0)
    }

    /// The same, where a call raises.
    pub fn raising_at(self, call: usize) -> Self {
        Stream { raise_at: call, ..self }
    }

    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// How far it was read.
    pub fn position(&self) -> usize {
        self.position
    }

    pub fn calls(&self) -> &[(usize, usize)] {
        &self.calls
    }

    fn call(&mut self, count: usize) -> Result<()> {
        let number = self.calls.len();
        self.calls.push((self.position, count));
        if number == self.raise_at { raise("OSError") } else { Ok(()) }
    }

    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.call(into.len())?;
        let rest = &self.data[self.position..];
        let count = rest.len().min(into.len()).min(self.piece);
        into[..count].copy_from_slice(&rest[..count]);
        self.position += count;
        Ok(count)
    }

    pub(super) fn write(&mut self, data: &[u8]) -> Result<()> {
        self.position = self.data.len();
        self.call(data.len())?;
        self.data.extend_from_slice(data);
        Ok(())
    }
}
