//! Which of the page's scripts imports which, at once or later.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::circles::Needs;

/// From each script to those it imports.
pub(crate) fn needs(root: &Path) -> Result<Needs> {
    let mut needs = Needs::new();
    let mut folders = vec![root.join("web-assets")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.extend((!matches!(name, "node_modules" | "vendor" | "target")).then_some(path));
            } else if name.ends_with(".js") {
                let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                let here = path.parent().unwrap_or(&folder);
                let imported = imports(&text).map(|import| shown(root, &here.join(import)));
                needs.insert(shown(root, &path), imported.collect());
            }
        }
    }
    Ok(needs)
}

/// The relative paths in `import .. from "./x.js"`, `export .. from "./x.js"`, `import "./x.js"`, `import("./x.js")`.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    code.flat_map(|line| line.match_indices(['"', '\'']).map(move |(at, quote)| (line, at, quote))).filter_map(
        |(line, at, quote)| {
            let before = line[..at].trim_end().trim_end_matches('(').trim_end();
            let rest = &line[at + 1..];
            let path = &rest[..rest.find(quote)?];
            let relative = path.starts_with("./") || path.starts_with("../");
            (relative && (before.ends_with("from") || before.ends_with("import"))).then_some(path)
        },
    )
}

/// The path from the root, with `/`, and without `.` and `..`.
fn shown(root: &Path, path: &Path) -> String {
    let mut plain = PathBuf::new();
    for part in path.strip_prefix(root).unwrap_or(path).components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_import_is_seen() {
        let text = "import { a } from \"./a.js\";\nimport './b.js';\nexport * from \"../c.js\";\n\
                    const d = () => import(\"./d.js\");\n// import \"./no.js\";\nconst s = \"./no.js\";\nimport x from \"lib\";\n";
        assert_eq!(imports(text).collect::<Vec<_>>(), ["./a.js", "./b.js", "../c.js", "./d.js"]);
    }

    #[test]
    fn a_path_goes_up_and_down() {
        assert_eq!(shown(Path::new("/r"), Path::new("/r/page/chart/../data/./a.js")), "page/data/a.js");
    }
}
