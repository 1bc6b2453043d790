//! Compiles the shim and the harness with the flags of the unix firmware, and links them with the firmware's objects.
//!
//! Where that firmware is not built, the tests are left out but for one, which fails and says what to do.

#[path = "../mpickle/bind.rs"]
mod bind;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// What the firmware is made of, as its Makefile says.
struct Firmware {
    compiler: String,
    flags: Vec<String>,
    objects: Vec<PathBuf>,
}

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let root = here.join("../..").canonicalize().expect("the repository");
    let build = root.join("build/unix");
    println!("cargo::rustc-check-cfg=cfg(micropython)");
    for file in ["settings", "micropython"] {
        println!("cargo::rerun-if-changed={}", build.join(file).display());
    }
    if !build.join("micropython").is_file() {
        println!("cargo::warning=build/unix has no firmware, so most host tests are left out: ./scripts/build unix");
        return;
    }
    let firmware = ask(&build);
    declare(&here, &firmware);
    compile(&here, &root.join("rust/glue"), &firmware);
    println!("cargo::rustc-cfg=micropython");
}

/// Asks make for what it compiles the firmware with. The settings that scripts/build wrote down are the source's
/// directory in the first line, and then, among others, variables.
fn ask(build: &Path) -> Firmware {
    let settings = fs::read_to_string(build.join("settings")).expect("build/unix/settings");
    let port = Path::new(settings.lines().next().unwrap_or_default()).join("ports/unix");
    let variables = settings.lines().filter(|line| {
        let name = line.split('=').next().unwrap_or_default();
        !name.is_empty()
            && name.len() < line.len()
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    let output = Command::new("make")
        .args(["-s", "--eval", "host-tests: ; @:$(info CC=$(CC))$(info CFLAGS=$(CFLAGS))$(info OBJ=$(OBJ))"])
        .args(variables)
        .arg("host-tests")
        .current_dir(&port)
        .env_remove("MAKEFLAGS")
        .output()
        .unwrap_or_else(|error| fail(&format!("cannot run make: {error}")));
    let text = String::from_utf8_lossy(&output.stdout);
    let answer = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        let errors = String::from_utf8_lossy(&output.stderr);
        let line = line.unwrap_or_else(|| fail(&format!("make in {} has no {name}: {errors}", port.display())));
        shlex::split(line).unwrap_or_else(|| fail(&format!("{name}: unbalanced quotes")))
    };
    Firmware {
        compiler: answer("CC").pop().unwrap_or_default(),
        flags: answer("CFLAGS").iter().map(|flag| absolute(flag, &port)).collect(),
        objects: answer("OBJ").iter().map(PathBuf::from).filter(|object| is_wanted(object, build)).collect(),
    }
}

/// The flag, where its directory is relative to the port's.
fn absolute(flag: &str, port: &Path) -> String {
    match flag.strip_prefix("-I") {
        Some(directory) => format!("-I{}", port.join(directory).display()),
        None => flag.into(),
    }
}

/// All but the main program, which the harness stands for, and mpickle, which is compiled here.
fn is_wanted(object: &Path, build: &Path) -> bool {
    object != build.join("main.o") && !object.starts_with(build.join("mpickle"))
}

/// Declares for Rust what the shim and the harness have.
fn declare(here: &Path, firmware: &Firmware) {
    let is_meaning = |flag: &&String| ["-D", "-U", "-I", "-std"].iter().any(|start| flag.starts_with(start));
    let flags = firmware.flags.iter().filter(is_meaning).cloned();
    let declarations = bind::bind(&here.join("harness.h"), "mpk|MPK|host", flags).unwrap_or_else(|error| fail(&error));
    let to = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("shim.rs");
    fs::write(&to, declarations).unwrap_or_else(|error| fail(&format!("{}: {error}", to.display())));
}

fn compile(here: &Path, glue: &Path, firmware: &Firmware) {
    let entries = fs::read_dir(glue).unwrap_or_else(|error| fail(&format!("{}: {error}", glue.display())));
    let files = entries.flatten().map(|entry| entry.path());
    let sources = files.filter(|file| file.extension().is_some_and(|extension| extension == "c"));
    println!("cargo::rerun-if-changed={}", glue.display());
    println!("cargo::rerun-if-changed={}", here.join("harness.c").display());
    let mut build = cc::Build::new();
    build.compiler(&firmware.compiler).no_default_flags(true).flag("-g").flag("-fPIC");
    for flag in &firmware.flags {
        build.flag(flag);
    }
    build.files(sources).file(here.join("harness.c")).include(glue).objects(&firmware.objects);
    if let Err(error) = build.try_compile("micropython") {
        fail(&format!("{error}\nIs the firmware up to date? ./scripts/build unix"));
    }
    println!("cargo::rustc-link-lib=m");
}

fn fail(message: &str) -> ! {
    for line in message.lines() {
        println!("cargo::error={line}");
    }
    exit(1)
}
