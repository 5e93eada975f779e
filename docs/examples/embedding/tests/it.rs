//! The program of the READMEs runs and does what they say.

use std::process::Command;

#[test]
fn a_program_written_from_the_readmes_runs() {
    let output = Command::new(env!("CARGO_BIN_EXE_embedding-example")).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = shown.lines().collect();
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        lines,
        [
            "100 callers, 1 login, 1 command",
            "ether1: 0 bytes received, 0 sent",
            "1 interface is stale: no answer within 3000 ms",
        ]
    );
}
