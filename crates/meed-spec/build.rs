//! The recipes are part of the binary: a change of any of them is a change of this crate.

fn main() {
    println!("cargo::rerun-if-changed=../../recipes");
}
