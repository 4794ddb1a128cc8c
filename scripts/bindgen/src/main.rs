//! What a build of this project does with the wasm file that `cargo build` has made, and no npm package does.

use std::collections::HashSet;
use std::env::args;
use std::fs;

use anyhow::{Result, bail};
use walrus::{Module, passes};
use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "\
Usage: gate-bindgen worker|node MODULE FOLDER NAME
       gate-bindgen prune MODULE SCRIPT

worker  writes NAME.js and NAME_bg.wasm into FOLDER, for Workers: with functions that start a new instance after a panic
node    the same for Node, as an ECMAScript module
prune   removes the exports that SCRIPT does not call from MODULE, and what they alone use";

fn main() -> Result<()> {
    let args: Vec<String> = args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["worker", module, folder, name] => {
            let mut bindgen = Bindgen::new();
            bindgen
                .module(true)?
                .reset_state_function(true)
                .force_enable_abort_handler(true);
            generate(bindgen, module, folder, name)
        }
        ["node", module, folder, name] => {
            let mut bindgen = Bindgen::new();
            bindgen.nodejs_module(true)?;
            generate(bindgen, module, folder, name)
        }
        ["prune", module, script] => prune(module, &fs::read_to_string(script)?),
        _ => bail!(USAGE),
    }
}

fn generate(mut bindgen: Bindgen, module: &str, folder: &str, name: &str) -> Result<()> {
    bindgen
        .input_path(module)
        .out_name(name)
        .typescript(false)
        .generate(folder)
}

fn prune(path: &str, script: &str) -> Result<()> {
    let mut module = Module::from_file(path)?;
    let called = members(script);
    let others: Vec<_> = module
        .exports
        .iter()
        .filter(|export| !called.contains(export.name.as_str()))
        .map(|export| export.id())
        .collect();
    for export in others {
        module.exports.delete(export);
    }
    passes::gc::run(&mut module);
    module.emit_wasm_file(path)
}

/// Whatever follows a dot in `script`: the names of all members that it reads, and more.
fn members(script: &str) -> HashSet<&str> {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let name = |text: &'_ str| text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    script.split('.').skip(1).map(|text| &text[..name(text)]).collect()
}
