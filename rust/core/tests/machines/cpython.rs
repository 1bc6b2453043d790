//! CPython as it answers through `cpython.py`: one process for each kind of question.

use crate::effort;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What is shorter is tried in all ways.
pub const SHORT: usize = 500;

/// A value that CPython pickled.
pub struct Case {
    pub name: String,
    /// What it is, as [`crate::toy::Toy::show`] writes it.
    pub shown: String,
    /// Its pickles in protocols 0 to 5; empty where it has none.
    pub pickles: [Vec<u8>; 6],
}

impl Case {
    /// The protocols in which there is a pickle, and that.
    pub fn pickles(&self) -> impl Iterator<Item = (u8, &[u8])> {
        (0..).zip(self.pickles.iter().map(Vec::as_slice)).filter(|(_, pickle)| !pickle.is_empty())
    }

    /// Whether all of its pickles are short.
    pub fn is_short(&self) -> bool {
        self.pickles.iter().all(|pickle| pickle.len() < SHORT)
    }
}

/// All cases; for Miri, those without a long pickle.
pub fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let longest = effort::up_to(2500, usize::MAX);
        let mut fields = ask("cases", &[longest.to_le_bytes().to_vec()]).into_iter();
        let mut cases = Vec::new();
        while let Some(name) = fields.next() {
            cases.push(Case {
                name: text(name),
                shown: text(fields.next().unwrap()),
                pickles: std::array::from_fn(|_| fields.next().unwrap()),
            });
        }
        cases
    })
}

/// The pickles of those cases that have none of this length or longer, with case and protocol.
pub fn pickles(length: usize) -> impl Iterator<Item = (&'static Case, u8, &'static [u8])> {
    let cases = cases().iter().filter(move |case| case.pickles.iter().all(|pickle| pickle.len() < length));
    cases.flat_map(|case| case.pickles().map(move |(protocol, pickle)| (case, protocol, pickle)))
}

/// What is left of short pickles when they are cut, in half of the protocols.
pub fn short_prefixes() -> impl Iterator<Item = &'static [u8]> {
    let pickles = pickles(SHORT).filter(|(_, protocol, _)| protocol % 2 == 0);
    effort::picked(pickles, 11)
        .flat_map(|(.., pickle)| effort::picked(0..pickle.len(), 41).map(|length| &pickle[..length]))
}

/// The case of that name.
pub fn case(name: &str) -> &'static Case {
    cases().iter().find(|case| case.name == name).expect(name)
}

/// The pickle of that name among those that need more than `dumps`.
pub fn extra(name: &str) -> Vec<u8> {
    static EXTRAS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let extras = EXTRAS.get_or_init(|| ask("extras", &[]));
    let place = extras.iter().step_by(2).position(|extra| extra == name.as_bytes());
    extras[2 * place.unwrap() + 1].clone()
}

/// What pickles load to, or `!` and the class of the exception.
pub fn loads(pickles: &[Vec<u8>]) -> Vec<String> {
    let answers = ask("loads", pickles);
    assert_eq!(answers.len(), pickles.len());
    answers.into_iter().map(text).collect()
}

fn text(field: Vec<u8>) -> String {
    String::from_utf8(field).unwrap()
}

/// The script with a question for it.
pub fn asked(question: &str) -> Command {
    let mut command = Command::new(interpreter());
    command.args(["-W", "ignore", "-c", include_str!("cpython.py"), question]);
    command
}

/// The directory MPICKLE_ANSWERS: Miri starts no other programs, so a run without it writes CPython's answers there.
pub fn answers() -> Option<&'static Path> {
    static ANSWERS: OnceLock<Option<PathBuf>> = OnceLock::new();
    ANSWERS.get_or_init(|| std::env::var_os("MPICKLE_ANSWERS").map(PathBuf::from)).as_deref()
}

/// Asks CPython.
fn ask(question: &str, fields: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let Some(directory) = answers() else { return split(&run(question, fields)) };
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    let file = directory.join(format!("{question}-{:x}", hasher.finish()));
    if !cfg!(miri) {
        std::fs::write(&file, run(question, fields)).unwrap();
    }
    split(&std::fs::read(&file).unwrap())
}

/// Runs the script. The answers are read while the questions are still being written.
fn run(question: &str, fields: &[Vec<u8>]) -> Vec<u8> {
    let mut child = asked(question)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is needed to compare with");
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            for field in fields {
                stdin.write_all(&(field.len() as u64).to_le_bytes()).unwrap();
                stdin.write_all(field).unwrap();
            }
        });
        child.wait_with_output().unwrap()
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cpython.py {question} failed:\n{errors}");
    output.stdout
}

fn split(mut data: &[u8]) -> Vec<Vec<u8>> {
    let mut fields = Vec::new();
    while let Some((length, rest)) = data.split_first_chunk() {
        let (field, rest) = rest.split_at(u64::from_le_bytes(*length) as usize);
        fields.push(field.to_vec());
        data = rest;
    }
    fields
}

/// CPython 3.11 is what is compared with, where it is installed.
fn interpreter() -> &'static str {
    let found = Command::new("python3.11").arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) { "python3.11" } else { "python3" }
}
