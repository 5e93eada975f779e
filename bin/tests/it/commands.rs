//! Commands that end by themselves: what they say, and how they say no.

use crate::program::Lalin;

#[test]
fn help_names_every_command_and_no_password_flag_for_a_router() {
    let help = String::from_utf8(Lalin::new(&["--help"]).output().stdout).unwrap();
    for command in ["serve", "demo", "simulate", "status"] {
        assert!(help.contains(command), "{help}");
    }
    let serve = String::from_utf8(Lalin::new(&["serve", "--help"]).output().stdout).unwrap();
    assert!(serve.contains("LALIN_ROUTER_PASSWORD"));
    assert!(!serve.contains("--password"));
}

#[test]
fn a_wrong_configuration_ends_with_64_and_says_where() {
    let wrong = Lalin::new(&["serve"]).file("lalin.toml", "[server]\nlisten = \"127.0.0.1:0\"\nlistne = 1\n").output();
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(64), "{said}");
    assert!(said.contains("listne") && said.contains("lalin.toml: line 3"), "{said}");
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let refused = Lalin::new(&["serve", "--router", "admin:s3cr3t@192.0.2.1"]).output();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(64), "{said}");
    assert!(said.contains("LALIN_ROUTER_PASSWORD") && !said.contains("s3cr3t"), "{said}");
}

#[test]
fn a_router_without_a_password_and_nobody_to_ask_is_an_error_that_says_what_to_do() {
    let refused = Lalin::new(&["serve", "--router", "admin@192.0.2.1", "--listen", "127.0.0.1:0"]).output();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(64), "{said}");
    assert!(said.contains("LALIN_ROUTER_PASSWORD"), "{said}");
}

#[test]
fn status_of_nothing_is_3() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let none = Lalin::new(&["status", "--listen", &free]).output();
    assert_eq!(none.status.code(), Some(3), "{}", String::from_utf8_lossy(&none.stderr));
}
