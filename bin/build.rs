//! Links the program so that an idle one holds little memory.
//!
//! What a start and an idle server execute is a fifth of the program, but lies all over it, and around every page that is
//! needed the kernel maps fifteen more. Put together it is a third of the memory. What it is was recorded:
//! `start_order.txt`. Where the linker is another one, or the list is of an older program, everything works as well and
//! takes more memory.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The list, a symbol a line, without the hash that legacy mangling ends with.
const ORDER: &str = "start_order.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ORDER}");
    if !is_linked_by_lld() {
        return Ok(());
    }
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let list = fs::read_to_string(Path::new(&root).join(ORDER))?;
    let script = Path::new(&env::var("OUT_DIR")?).join("start_order.ld");
    fs::write(&script, script_of(&list)?)?;
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", script.display());
    if has_packed_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    Ok(())
}

/// Whether a release is linked by the linker that comes with Rust: its default on this target alone.
fn is_linked_by_lld() -> bool {
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|found| found == value);
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    is("PROFILE", "release")
        && is("TARGET", "x86_64-unknown-linux-gnu")
        && env::var_os("RUSTC_LINKER").is_none()
        && !flags.contains("link")
}

/// Whether the C library can read them: a megabyte less of the program. One that cannot does not start it.
fn has_packed_relocations() -> bool {
    if env::var("HOST").ok() != env::var("TARGET").ok() {
        return false;
    }
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let version = told.ok().and_then(|told| String::from_utf8(told.stdout).ok());
    let version = version.as_deref().and_then(|text| text.trim().strip_prefix("glibc ")?.split_once('.'));
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    version.is_some_and(|(major, minor)| (number(major), number(minor)) >= (2, 36))
}

/// Has the listed functions before all others, in the order of the list.
fn script_of(list: &str) -> Result<String, std::fmt::Error> {
    let mut script = String::from("SECTIONS {\n  .text.start : {\n");
    for name in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        // A dollar means something else in a script.
        let name = name.replace('$', "?");
        if name.starts_with("_ZN") {
            writeln!(script, "    *(.text.{name}17h* .text.unlikely.{name}17h*)")?;
        } else {
            // What several parts of the program have each for itself is numbered.
            writeln!(script, "    *(.text.{name} .text.{name}.* .text.unlikely.{name} .text.unlikely.{name}.*)")?;
        }
    }
    script += "  }\n}\nINSERT BEFORE .text;\n";
    Ok(script)
}
