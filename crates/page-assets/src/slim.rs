//! Scripts and styles without their comments and indentation: a quarter of what a first visit loads. Lines stay where
//! they are, so that a browser's messages name the line of the source.

/// Leaves out lines that are nothing but comment, and what a line is indented by, except within a text of several lines.
/// What stands beside code stays, as does all of a line with code.
pub(crate) fn slim(source: &str) -> String {
    let mut slimmed = String::with_capacity(source.len());
    let (mut inside, mut quoted) = (false, false);
    for line in source.lines() {
        let text = line.trim();
        let comment = inside || text.starts_with("//") || is_block(text);
        if inside || is_block(text) {
            inside = !text.ends_with("*/");
        }
        if !comment {
            if quoted {
                slimmed.push_str(line);
            } else {
                push_untyped(&mut slimmed, text);
            }
            quoted ^= text.matches('`').count() % 2 == 1;
        }
        slimmed.push('\n');
    }
    slimmed
}

/// Leaves out the types that stand within a line, such as `/** @type {Mode} */ (mode)`.
fn push_untyped(slimmed: &mut String, mut text: &str) {
    while let Some((before, rest)) = text.split_once("/** @")
        && let Some((_, after)) = rest.split_once("*/ ")
    {
        slimmed.push_str(before);
        text = after;
    }
    slimmed.push_str(text);
}

/// Nothing but a comment between stars, or the beginning of one.
fn is_block(text: &str) -> bool {
    text.starts_with("/*") && text.find("*/").is_none_or(|end| end + 2 == text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_lines_stay() {
        let source = "// what for\nimport \"x\";\n/**\n * @param {string} x `/*`\n */\nf(x); // why\n  /** one line */\n/* a */ g();\n";
        assert_eq!(slim(source), "\nimport \"x\";\n\n\n\nf(x); // why\n\n/* a */ g();\n");
        assert_eq!(slim("a = /** @type {X} */ (b);\n"), "a = (b);\n");
        assert_eq!(slim("  f(`a\n  b`);\n  g();\n"), "f(`a\n  b`);\ng();\n");
        assert_eq!(slim("a { b: c; }\n/* two\n lines */\nd {}\n"), "a { b: c; }\n\n\nd {}\n");
    }

    /// Lines are judged by how they begin: in a text of several lines one that begins like a comment would be lost.
    #[test]
    fn no_script_has_a_text_that_looks_like_a_comment() {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web-assets/src");
        let paths = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        for path in paths(&source).flat_map(|room| paths(&room)) {
            if path.extension().is_none_or(|ending| ending != "js") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let slimmed = slim(&source);
            assert_eq!(source.lines().count(), slimmed.lines().count(), "{}", path.display());
            let mut text = false;
            for (before, after) in source.lines().zip(slimmed.lines()) {
                assert!(!text || before == after, "{}: {before}", path.display());
                if after.matches('`').count() % 2 == 1 {
                    text = !text;
                }
            }
            assert!(!text, "{}", path.display());
        }
    }
}
