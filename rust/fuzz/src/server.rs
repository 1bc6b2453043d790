//! CPython in a process that lives as long as this one, and loads pickles as they come.

use crate::cpython::asked;
use std::io::{Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};

/// CPython's unpickler, which refuses all globals.
pub struct Server {
    questions: ChildStdin,
    answers: ChildStdout,
}

impl Server {
    /// Starts the process.
    pub fn start() -> Self {
        let child = asked("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("python3 is needed to compare with");
        Server { questions: child.stdin.take().unwrap(), answers: child.stdout.take().unwrap() }
    }

    /// What a pickle loads to, or `!` and the class of the exception.
    pub fn loads(&mut self, pickle: &[u8]) -> String {
        let question = [&(pickle.len() as u64).to_le_bytes(), pickle].concat();
        self.questions.write_all(&question).unwrap();
        let mut length = [0; 8];
        self.answers.read_exact(&mut length).expect("CPython lives");
        let mut answer = vec![0; u64::from_le_bytes(length) as usize];
        self.answers.read_exact(&mut answer).expect("CPython lives");
        String::from_utf8(answer).unwrap()
    }
}
