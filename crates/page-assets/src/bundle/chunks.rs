//! Which modules are in which file.

use std::collections::{BTreeMap, BTreeSet};

use super::module::{BundleFault, Module};

/// All modules that the entries lead to, and the files they are joined into: one for each entry, and for each module that
/// is loaded later.
#[derive(Debug)]
pub(super) struct Chunks {
    modules: BTreeMap<String, Module>,
    /// Of each root, the modules that it needs, each after what it needs itself.
    needed: BTreeMap<String, Vec<String>>,
    /// Of each root, what is loaded already whenever it is asked for.
    there: BTreeMap<String, BTreeSet<String>>,
}

impl Chunks {
    pub(super) fn find(
        entries: &[&str],
        read: impl Fn(&str) -> Result<Module, BundleFault>,
    ) -> Result<Self, BundleFault> {
        let mut chunks = Self { modules: BTreeMap::new(), needed: BTreeMap::new(), there: BTreeMap::new() };
        let mut roots: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        while let Some(root) = roots.pop() {
            if chunks.needed.contains_key(&root) {
                continue;
            }
            let (mut order, mut under) = (Vec::new(), Vec::new());
            chunks.add(&root, &read, &mut order, &mut under)?;
            roots.extend(order.iter().filter_map(|path| chunks.modules.get(path)).flat_map(|one| one.later.clone()));
            chunks.needed.insert(root, order);
        }
        chunks.check()?;
        chunks.find_there(entries);
        Ok(chunks)
    }

    /// Adds a module to `order` after what it needs; `under` are those that wait for it.
    fn add(
        &mut self,
        path: &str,
        read: &impl Fn(&str) -> Result<Module, BundleFault>,
        order: &mut Vec<String>,
        under: &mut Vec<String>,
    ) -> Result<(), BundleFault> {
        if order.iter().any(|known| known == path) {
            return Ok(());
        }
        if under.iter().any(|known| known == path) {
            return Err(BundleFault::new(path, format!("needs itself, in a circle: {}", under.join(", "))));
        }
        if !self.modules.contains_key(path) {
            self.modules.insert(path.to_owned(), read(path)?);
        }
        under.push(path.to_owned());
        let needs = self.module(path)?.imports.iter().map(|import| import.from.clone()).collect::<Vec<_>>();
        for need in needs {
            self.add(&need, read, order, under)?;
        }
        under.pop();
        order.push(path.to_owned());
        Ok(())
    }

    /// Whether everything that is taken is given.
    fn check(&self) -> Result<(), BundleFault> {
        for (path, module) in &self.modules {
            for import in &module.imports {
                let exports = &self.module(&import.from)?.exports;
                if let Some((name, _)) = import.names.iter().find(|(name, _)| !exports.contains(name)) {
                    return Err(BundleFault::new(path, format!("{} exports no {name}", import.from)));
                }
            }
        }
        Ok(())
    }

    /// Finds what is there whenever a later part is asked for: what all have in common from which it is.
    fn find_there(&mut self, entries: &[&str]) {
        for entry in entries {
            self.there.insert((*entry).to_owned(), BTreeSet::new());
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (root, needed) in &self.needed {
                // Not reached yet in this round of roots.
                let Some(there) = self.there.get(root) else { continue };
                let loaded: BTreeSet<String> = there.iter().chain(needed).cloned().collect();
                let later = needed.iter().filter_map(|path| self.modules.get(path)).flat_map(|one| one.later.iter());
                for later in later.cloned().collect::<Vec<_>>() {
                    let known = self.there.get(&later);
                    let common = known.map_or_else(|| loaded.clone(), |known| known & &loaded);
                    if known != Some(&common) {
                        self.there.insert(later, common);
                        changed = true;
                    }
                }
            }
        }
    }

    /// The modules with which the files begin.
    pub(super) fn roots(&self) -> impl Iterator<Item = &str> {
        self.needed.keys().map(String::as_str)
    }

    /// The modules of the file that begins with `root`, in their order.
    pub(super) fn modules_of(&self, root: &str) -> impl Iterator<Item = &str> {
        let there = self.there.get(root);
        let needed = self.needed.get(root).into_iter().flatten();
        // The root itself may be there already, part of something else: then its file only passes it on.
        needed.filter(move |path| there.is_none_or(|there| !there.contains(*path))).map(String::as_str)
    }

    pub(super) fn module(&self, path: &str) -> Result<&Module, BundleFault> {
        self.modules.get(path).ok_or_else(|| BundleFault::new(path, "there is no such module"))
    }
}
