//! Which file of a crate needs which other one, read from its `use` items and paths.
//!
//! What a module re-exports (`pub use`) is no need of its own: a table of contents needs nobody. Tests are left out. The
//! names are followed through re-exports to the file that defines them. What a macro makes, and methods called on a
//! value, are not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

use super::circles::Needs;

/// From each file of each crate to those of the same crate that it needs.
pub(crate) fn needs(root: &Path) -> Result<Needs> {
    let mut needs = Needs::new();
    let mut crates = vec![root.join("bin/src"), root.join("xtask/src")];
    for entry in fs::read_dir(root.join("crates")).context("crates")? {
        crates.push(entry?.path().join("src"));
    }
    for source in crates {
        for start in ["lib.rs", "main.rs"].map(|name| source.join(name)).into_iter().filter(|file| file.is_file()) {
            let mut tree = Crate::default();
            tree.read(root, &start, &source, Vec::new())?;
            needs.extend(tree.needs());
        }
    }
    Ok(needs)
}

/// Where a module is, from the crate's root.
type ModulePath = Vec<String>;

/// A crate's modules.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<ModulePath, Module>,
}

/// One file's module.
#[derive(Default)]
struct Module {
    file: String,
    /// What is defined here.
    items: BTreeSet<String>,
    /// What is named here and defined elsewhere.
    names: BTreeMap<String, Vec<String>>,
    /// Modules of which everything is named here.
    globs: Vec<Vec<String>>,
    /// What the code needs.
    needed: BTreeSet<Vec<String>>,
}

impl Crate {
    fn read(&mut self, root: &Path, file: &Path, folder: &Path, path: ModulePath) -> Result<()> {
        let shown = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(file).with_context(|| shown.clone())?;
        let parsed = syn::parse_file(&text).with_context(|| shown.clone())?;
        let mut module = Module { file: shown, ..Module::default() };
        let mut children = Vec::new();
        for item in &parsed.items {
            module.take(item, &mut children);
        }
        self.modules.insert(path.clone(), module);
        for child in children {
            let flat = folder.join(format!("{child}.rs"));
            let nested: PathBuf = folder.join(&child);
            let file = if flat.is_file() { flat } else { nested.join("mod.rs") };
            self.read(root, &file, &nested, [path.clone(), vec![child]].concat())?;
        }
        Ok(())
    }

    fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        for (at, module) in &self.modules {
            let files = module.needed.iter().filter_map(|path| self.file_of(at, path, 0));
            let files = files.filter(|file| *file != module.file).map(str::to_owned).collect();
            needs.insert(module.file.clone(), files);
        }
        needs
    }

    /// The file that defines what `path` means in the module `at`.
    fn file_of(&self, at: &[String], path: &[String], depth: usize) -> Option<&str> {
        if depth > 16 {
            return None;
        }
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.walk(Vec::new(), rest, depth),
            "self" => self.walk(at.to_vec(), rest, depth),
            "super" => self.file_of_super(at, rest, depth),
            _ => self.walk(at.to_vec(), path, depth),
        }
    }

    fn file_of_super(&self, at: &[String], rest: &[String], depth: usize) -> Option<&str> {
        let (_, above) = at.split_last()?;
        match rest.first().map(String::as_str) {
            Some("super") => self.file_of_super(above, &rest[1..], depth),
            _ => self.walk(above.to_vec(), rest, depth),
        }
    }

    /// The file of `path` seen from the module `at`; `None` for what is not this crate's.
    fn walk(&self, at: ModulePath, path: &[String], depth: usize) -> Option<&str> {
        let module = self.modules.get(&at)?;
        let Some((first, rest)) = path.split_first() else { return Some(&module.file) };
        let child = [at.clone(), vec![first.clone()]].concat();
        if self.modules.contains_key(&child) {
            return self.walk(child, rest, depth);
        }
        if module.items.contains(first) {
            return Some(&module.file);
        }
        if let Some(real) = module.names.get(first) {
            let whole = [real.as_slice(), rest].concat();
            // A name of another crate leads nowhere.
            return self.file_of(&at, &whole, depth + 1);
        }
        module.globs.iter().find_map(|glob| {
            let whole = [glob.as_slice(), path].concat();
            self.file_of(&at, &whole, depth + 1)
        })
    }
}

impl Module {
    fn take(&mut self, item: &Item, children: &mut Vec<String>) {
        if is_test(attributes(item)) {
            return;
        }
        match item {
            Item::Mod(module) if module.content.is_none() => {
                children.push(module.ident.to_string());
                return;
            }
            Item::Use(used) => {
                let exported = !matches!(used.vis, Visibility::Inherited);
                self.take_use(&used.tree, Vec::new(), exported);
                return;
            }
            Item::Struct(item) => self.define(&item.ident),
            Item::Enum(item) => self.define(&item.ident),
            Item::Union(item) => self.define(&item.ident),
            Item::Trait(item) => self.define(&item.ident),
            Item::Type(item) => self.define(&item.ident),
            Item::Fn(item) => self.define(&item.sig.ident),
            Item::Const(item) => self.define(&item.ident),
            Item::Static(item) => self.define(&item.ident),
            Item::Mod(item) => self.define(&item.ident),
            _ => {}
        }
        Paths(&mut self.needed).visit_item(item);
    }

    fn define(&mut self, name: &impl ToString) {
        self.items.insert(name.to_string());
    }

    fn take_use(&mut self, tree: &UseTree, before: Vec<String>, exported: bool) {
        match tree {
            UseTree::Path(path) => {
                self.take_use(&path.tree, [before, vec![path.ident.to_string()]].concat(), exported);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.take_use(tree, before.clone(), exported);
                }
            }
            UseTree::Glob(_) => {
                self.globs.push(before.clone());
                if !exported {
                    self.needed.insert(before);
                }
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = before.last().cloned().unwrap_or_default();
                self.name(last, before, exported);
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.name(name.clone(), [before, vec![name]].concat(), exported);
            }
            UseTree::Rename(renamed) => {
                let path = [before, vec![renamed.ident.to_string()]].concat();
                self.name(renamed.rename.to_string(), path, exported);
            }
        }
    }

    fn name(&mut self, name: String, path: Vec<String>, exported: bool) {
        if !exported {
            self.needed.insert(path.clone());
        }
        // `use x;` names the crate `x` itself, which would lead round in a circle.
        if path.len() > 1 {
            self.names.insert(name, path);
        }
    }
}

/// Collects the paths in code.
struct Paths<'a>(&'a mut BTreeSet<Vec<String>>);

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.0.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, made: &'ast syn::Macro) {
        self.tokens(made.tokens.clone());
        visit::visit_macro(self, made);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }
}

impl Paths<'_> {
    /// Paths in the words given to a macro, which are not parsed: names with `::` between.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    colons = 0;
                    self.tokens(group.stream());
                }
                _ => {
                    self.end(&mut path);
                    colons = 0;
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.0.insert(path);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().starts_with("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate of these files, written as `path: text`, and what each needs.
    fn read(files: &[(&str, &str)]) -> Needs {
        let mut tree = Crate::default();
        for (name, text) in files {
            let mut module = Module { file: (*name).to_owned(), ..Module::default() };
            let parsed = syn::parse_file(text).unwrap();
            parsed.items.iter().for_each(|item| module.take(item, &mut Vec::new()));
            let stem = name.trim_end_matches(".rs").trim_end_matches("/mod");
            let path = if stem == "lib" { Vec::new() } else { stem.split('/').map(str::to_owned).collect() };
            tree.modules.insert(path, module);
        }
        tree.needs()
    }

    fn needed(files: &[(&str, &str)], file: &str) -> Vec<String> {
        read(files)[file].iter().cloned().collect()
    }

    #[test]
    fn a_name_is_followed_through_a_re_export() {
        let files = [
            ("lib.rs", "mod a; mod b; pub use b::{B, Other as C};"),
            ("a.rs", "use crate::C; fn f(_: C) {}"),
            ("b.rs", "pub struct B; pub struct Other;"),
        ];
        assert_eq!(needed(&files, "a.rs"), ["b.rs"]);
        assert!(needed(&files, "lib.rs").is_empty(), "a table of contents needs nobody");
    }

    #[test]
    fn paths_in_code_and_in_macros_count() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "fn f() { crate::b::g(); }"),
            ("b.rs", "fn g() { println!(\"{}\", super::a::f(x)); }"),
        ];
        assert_eq!(needed(&files, "a.rs"), ["b.rs"]);
        assert_eq!(needed(&files, "b.rs"), ["a.rs"]);
    }

    #[test]
    fn a_child_that_takes_from_its_parent_and_is_used_by_it_is_seen() {
        let files = [
            ("lib.rs", "mod codec;"),
            ("codec/mod.rs", "mod length; pub struct Error; fn f() { length::read(); }"),
            ("codec/length.rs", "use super::Error; pub fn read() -> Error { Error }"),
        ];
        assert_eq!(needed(&files, "codec/mod.rs"), ["codec/length.rs"]);
        assert_eq!(needed(&files, "codec/length.rs"), ["codec/mod.rs"]);
    }

    #[test]
    fn tests_and_other_crates_are_left_out() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use std::fmt; #[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] use crate::b::B;"),
            ("b.rs", "pub struct B;"),
        ];
        assert!(needed(&files, "a.rs").is_empty());
    }
}
