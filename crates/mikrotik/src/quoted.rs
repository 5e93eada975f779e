//! Quotes names for RouterOS commands.

use std::fmt::Write;

/// A string of RouterOS, in quotation marks. All but plain letters, digits and `._@-` is written as its bytes in
/// hexadecimal, as the router's own export writes what is not ASCII: so nothing ends the string, begins a variable or
/// is taken for a key of the terminal.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'@' | b'-') {
            quoted.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(quoted, "\\{byte:02X}");
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        let names = [
            ("budi", r#""budi""#),
            ("noc.pusat_1@isp-id", r#""noc.pusat_1@isp-id""#),
            ("", r#""""#),
            ("a b", r#""a\20b""#),
            (r#"a" group=full"#, r#""a\22\20group\3Dfull""#),
            (r"a\", r#""a\5C""#),
            ("$x [/system reboot]", r#""\24x\20\5B\2Fsystem\20reboot\5D""#),
            ("a;b{c}#?", r#""a\3Bb\7Bc\7D\23\3F""#),
            ("a\r\n/system reboot", r#""a\0D\0A\2Fsystem\20reboot""#),
            ("café\0", r#""caf\C3\A9\00""#),
        ];
        for (name, expected) in names {
            assert_eq!(quoted(name), expected, "{name:?}");
        }
    }
}
