//! Rust declarations of what a C header declares, by bindgen. The build scripts of the packages that call C share it.

use std::path::Path;

/// Binds what the header declares under one of the prefixes (`mpk|MPK`), and the types that those names need.
///
/// Interned strings and compressed messages come from generated headers. The shim's interface needs neither, and with
/// NO_QSTR alone the type of a compressed message is not declared.
pub fn bind(header: &Path, prefixes: &str, flags: impl IntoIterator<Item = String>) -> Result<String, String> {
    if !header.is_file() {
        return Err(format!("{} is missing", header.display()));
    }
    let bindings = bindgen::Builder::default()
        .header(header.display().to_string())
        .clang_args(flags)
        .clang_args(["-DNO_QSTR", "-UMICROPY_ROM_TEXT_COMPRESSION"])
        // Clang hides the functions of WebAssembly, and bindgen does not bind what is hidden.
        .clang_arg("-fvisibility=default")
        .allowlist_item(format!("({prefixes})_.*"))
        .use_core()
        .layout_tests(false)
        .generate_comments(false)
        .formatter(bindgen::Formatter::None)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .parse_callbacks(Box::new(bindgen::CargoCallbacks::new()))
        .generate();
    bindings.map(|bindings| bindings.to_string()).map_err(|error| format!("cannot bind {}: {error}", header.display()))
}
