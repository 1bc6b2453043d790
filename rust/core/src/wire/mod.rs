//! The wire format alone: how values look as bytes. One concept a file.

pub mod float;
pub mod integer;
pub mod names;
pub mod opcode;
pub mod reader;
pub mod text;
pub mod writer;

/// CPython, which the tests of this module ask for the right answer.
#[cfg(test)]
mod oracle {
    extern crate std;
    use std::format;
    use std::io::Write;
    use std::process::{Command, Stdio};
    use std::string::{String, ToString};
    use std::vec::Vec;

    /// Evaluates `expression` for each input, the bytes `x` in it, in one run of Python. Answers are what
    /// `ascii()` makes of the values; an exception counts as its class, and as ValueError if it is one.
    pub fn ask(expression: &str, inputs: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<String> {
        let mut hex = String::new();
        let mut count = 0;
        for input in inputs {
            count += 1;
            hex.extend(input.as_ref().iter().map(|byte| format!("{byte:02x}")));
            hex.push('\n');
        }
        let script = format!(
            "import pickle, sys\n\
             def answer(x):\n\
             \x20   try: return ascii({expression})\n\
             \x20   except ValueError: return 'ValueError'\n\
             \x20   except Exception as e: return type(e).__name__\n\
             lines = sys.stdin.read().splitlines()\n\
             print(*(answer(bytes.fromhex(line)) for line in lines), sep='\\n')"
        );
        let answers = run(&script, hex.as_bytes());
        assert_eq!(answers.len(), count);
        answers
    }

    /// Runs a script and returns the lines that it prints. The script has to read all of `input` first.
    pub fn run(script: &str, input: &[u8]) -> Vec<String> {
        let mut python = Command::new(interpreter());
        let mut child = python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "python failed");
        String::from_utf8(output.stdout).unwrap().lines().map(ToString::to_string).collect()
    }

    /// What is compared with is CPython 3.11, where it is installed.
    fn interpreter() -> &'static str {
        let found = Command::new("python3.11").arg("--version").output().is_ok_and(|output| output.status.success());
        if found { "python3.11" } else { "python3" }
    }
}
