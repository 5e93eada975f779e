//! One module of ours: what it takes, what it gives, what it loads later, and the rest of its text.

use std::fmt;

use crate::slim::slim;

/// What a module has that is not understood.
#[derive(Debug)]
pub(crate) struct BundleFault {
    module: String,
    problem: String,
}

impl BundleFault {
    pub(super) fn new(module: &str, problem: impl Into<String>) -> Self {
        Self { module: module.to_owned(), problem: problem.into() }
    }
}

impl fmt::Display for BundleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.module, self.problem)
    }
}

impl std::error::Error for BundleFault {}

/// A module, taken apart.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) imports: Vec<Import>,
    /// The names it exports, each as it is called inside; `default` is `$default` there.
    pub(super) exports: Vec<String>,
    /// What it may load later.
    pub(super) later: Vec<String>,
    body: String,
}

/// `import { name as local } from "from"`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) from: String,
    pub(super) names: Vec<(String, String)>,
}

impl Module {
    /// Takes a module apart. What is at the beginning of a line is at the top of the module: our formatter indents the rest.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, BundleFault> {
        let fault = |problem: String| BundleFault::new(path, problem);
        let (mut imports, mut exports, mut rest) = (Vec::new(), Vec::new(), String::with_capacity(text.len()));
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("import ") || line.starts_with("import{") {
                let mut statement = line.to_owned();
                while !statement.trim_end().ends_with(';') {
                    let more = lines.next().ok_or_else(|| fault(format!("an import without an end: {line}")))?;
                    statement.push_str(more.trim());
                }
                imports.push(import(path, statement.trim_end())?);
            } else if let Some(exported) = line.strip_prefix("export ") {
                if exported.trim() == "{};" {
                    continue;
                }
                let (name, kept) =
                    export(exported).ok_or_else(|| fault(format!("an export of another form: {line}")))?;
                exports.push(name);
                rest.push_str(&kept);
                rest.push('\n');
            } else if line.starts_with("export{") || line.starts_with("await ") || is_awaiting(line) {
                return Err(fault(format!("not understood: {line}")));
            } else {
                rest.push_str(line);
                rest.push('\n');
            }
        }
        // The library is as it came.
        let body = if path.starts_with("vendor/") { rest } else { slim(&rest) };
        let body = without_empty_lines(&body);
        let (body, later) = later(path, &body)?;
        Ok(Self { imports, exports, later, body: with_own_address(path, &body) })
    }

    /// A module that only loads others.
    pub(super) fn passing_on(modules: &[&str]) -> Self {
        let imports = modules.iter().map(|from| Import { from: (*from).to_owned(), names: Vec::new() }).collect();
        Self { imports, exports: Vec::new(), later: Vec::new(), body: String::new() }
    }

    /// With those of `modules` that it loads later taken from the one file that has all of them.
    pub(super) fn taking(mut self, modules: &[&str], file: &str) -> Self {
        for module in modules.iter().filter(|module| self.later.iter().any(|later| later == *module)) {
            let taken = format!("import(\"../{file}\").then((soon) => soon.default[\"{module}\"])");
            self.body = self.body.replace(&format!("import(\"../{module}\")"), &taken);
        }
        if self.later.iter().any(|later| modules.contains(&later.as_str())) {
            self.later.retain(|later| !modules.contains(&later.as_str()));
            self.later.push(file.to_owned());
        }
        self
    }

    /// Writes the module as a scope of its own, whose exports the registry keeps.
    pub(super) fn write(&self, path: &str, text: &mut String) {
        text.push_str(&format!("$modules[\"{path}\"] ??= (() => {{\n"));
        for Import { from, names } in self.imports.iter().filter(|import| !import.names.is_empty()) {
            let names = names.iter().map(|(name, local)| match name == local {
                true => name.clone(),
                false => format!("{name}: {local}"),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            text.push_str(&format!("const {{ {names} }} = $modules[\"{from}\"];\n"));
        }
        text.push_str(&self.body);
        let exports = self.exports.iter().map(|name| match name.as_str() {
            "default" => "default: $default".to_owned(),
            name => name.to_owned(),
        });
        match exports.collect::<Vec<_>>().join(", ").as_str() {
            "" => text.push_str("return {};\n})();\n"),
            exports => text.push_str(&format!("return {{ {exports} }};\n}})();\n")),
        }
    }
}

fn import(path: &str, statement: &str) -> Result<Import, BundleFault> {
    let fault = || BundleFault::new(path, format!("an import of another form: {statement}"));
    let text = statement.strip_prefix("import").and_then(|text| text.strip_suffix("\";")).ok_or_else(fault)?;
    let (names, from) = text.trim().split_once("from \"").ok_or_else(fault)?;
    let from = beside(path, from).ok_or_else(fault)?;
    let names = names.trim();
    let names: Option<Vec<_>> = match names.strip_prefix('{').and_then(|names| names.strip_suffix('}')) {
        Some(names) => {
            let one = |name: &str| {
                let (name, local) = name.split_once(" as ").unwrap_or((name, name));
                let (name, local) = (name.trim(), local.trim());
                (is_name(name) && is_name(local)).then(|| (name.to_owned(), local.to_owned()))
            };
            names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(one).collect()
        }
        None => is_name(names).then(|| vec![("default".to_owned(), names.to_owned())]),
    };
    Ok(Import { from, names: names.ok_or_else(fault)? })
}

/// The name of an export, and its declaration without the word.
fn export(text: &str) -> Option<(String, String)> {
    if let Some(value) = text.strip_prefix("default ") {
        let is_value = !["function", "class", "async"].iter().any(|word| value.starts_with(word));
        return is_value.then(|| ("default".to_owned(), format!("const $default = {value}")));
    }
    let kinds = ["async function* ", "async function ", "function* ", "function ", "class ", "const "];
    // What is exported is copied, so it must not change: no `let`.
    let rest = kinds.iter().find_map(|kind| text.strip_prefix(kind))?;
    let name: String = rest.chars().take_while(|c| is_part(*c)).collect();
    is_name(&name).then(|| (name, text.to_owned()))
}

/// Without empty lines, except those within a text.
fn without_empty_lines(body: &str) -> String {
    let (mut text, mut quoted) = (String::with_capacity(body.len()), false);
    for line in body.lines() {
        if quoted || !line.is_empty() {
            text.push_str(line);
            text.push('\n');
        }
        quoted ^= line.matches('`').count() % 2 == 1;
    }
    text
}

/// Whether the module waits at its top, which a function cannot.
fn is_awaiting(line: &str) -> bool {
    ["const ", "let ", "var "].iter().any(|word| line.starts_with(word)) && line.contains(" = await ")
}

/// The text with the addresses of what is loaded later as seen from any of our folders, and what that is.
fn later(path: &str, body: &str) -> Result<(String, Vec<String>), BundleFault> {
    let (mut text, mut found) = (String::with_capacity(body.len()), Vec::new());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("import(") {
        text.push_str(before);
        text.push_str("import(");
        rest = after;
        // In the types beside code.
        if before.ends_with('{') || before.ends_with("typeof ") || before.ends_with(is_part) {
            continue;
        }
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        let fault = || BundleFault::new(path, "loads later what has no plain name");
        if let Some(named) = after.strip_prefix('"') {
            let (named, behind) = named.split_once('"').ok_or_else(fault)?;
            let target = beside(path, named).ok_or_else(fault)?;
            text.push_str(&format!("\"../{target}\""));
            found.push(target);
            rest = behind;
        } else if let Some(made) = after.strip_prefix("`./") {
            // A file of texts, which imports nothing.
            text.push_str(&format!("`../{folder}/"));
            rest = made;
        } else {
            return Err(fault());
        }
    }
    text.push_str(rest);
    found.sort();
    found.dedup();
    Ok((text, found))
}

/// With the module's own address where it asks for it: it is in another file, but in a folder beside.
fn with_own_address(path: &str, body: &str) -> String {
    body.replace("import.meta.url", &format!("new URL(\"../{path}\", import.meta.url).href"))
}

/// Where a relative path leads from a module.
pub(crate) fn beside(module: &str, path: &str) -> Option<String> {
    if !path.starts_with("./") && !path.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = module.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_part) && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(text: &str) -> Result<Module, BundleFault> {
        Module::parse("app/x.js", text)
    }

    #[test]
    fn our_forms_are_understood() {
        let text = "// what for\nimport { a, b as c } from \"../s/a.js\";\nimport {\n  d,\n} from \"./d.js\";\nimport e from \"../vendor/u/e.js\";\n\
                    /** @import { T } from \"./types.js\" */\n\nexport const x = `\n  kept\n\n`;\nexport async function y() {\n  import(\"./later.js\");\n}\n\
                    export class Z {}\nexport {};\nconst here = import.meta.url;\nawait_(1);\n";
        let module = module(text).unwrap();
        let taken: Vec<_> = module.imports.iter().map(|one| (one.from.as_str(), one.names.len())).collect();
        assert_eq!(taken, [("s/a.js", 2), ("app/d.js", 1), ("vendor/u/e.js", 1)]);
        assert_eq!(module.imports[0].names[1], ("b".to_owned(), "c".to_owned()));
        assert_eq!(module.exports, ["x", "y", "Z"]);
        assert_eq!(module.later, ["app/later.js"]);
        assert_eq!(
            module.body,
            "const x = `\n  kept\n\n`;\nasync function y() {\nimport(\"../app/later.js\");\n}\nclass Z {}\n\
             const here = new URL(\"../app/x.js\", import.meta.url).href;\nawait_(1);\n"
        );
    }

    #[test]
    fn texts_by_language_and_types_are_no_modules() {
        let module = module("f(await_, import(`./words-${lang}.js`)); /** @type {import(\"./t.js\").T} */\n").unwrap();
        assert!(module.later.is_empty());
        assert!(module.body.starts_with("f(await_, import(`../app/words-${lang}.js`));"));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "import * as a from \"./a.js\";\n",
            "import \"./a.js\";\n",
            "import a, { b } from \"./a.js\";\n",
            "import { a } from 'a';\n",
            "import { a } from \"a\";\n",
            "import { a } from \"./a.js\"\n",
            "export let a = 1;\n",
            "export const { a } = b;\n",
            "export { a };\n",
            "export * from \"./a.js\";\n",
            "export default function f() {}\n",
            "await f();\n",
            "const a = await f();\n",
            "f(import(name));\n",
        ] {
            assert!(module(text).is_err(), "{text}");
        }
    }
}
