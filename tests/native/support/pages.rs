//! Pages of the documentation, and the blocks of code in them that a comment marks for the tests.

use std::path::Path;

/// The text of a file of this repository.
pub fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The blocks of code that `<!-- test: {mark} -->` stands in front of, in order.
pub fn blocks(page: &str, mark: &str) -> Vec<String> {
    let start = format!("<!-- test: {mark} -->\n```");
    page.split(&start)
        .skip(1)
        .map(|rest| {
            let (_language, code) = rest.split_once('\n').unwrap();
            code.split_once("\n```").unwrap().0.to_owned()
        })
        .collect()
}

/// The names of the pages in a folder, without `.md`.
pub fn names(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<String> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .collect();
    names.sort();
    names
}
