//! A password is never shown: not by `Debug`, not by any refusal.

use lalin_config::{Flags, Secret};

use crate::load;

const SECRET: &str = "94127745";

#[test]
fn debug_shows_no_password() {
    let file = format!("[[router]]\naddress = 'h'\nuser = 'u'\npassword = '{SECRET}'");
    let config = load(&file, &[], Flags::default()).unwrap();
    assert_eq!(config.routers[0].password, Some(Secret::new(SECRET.into())));
    assert!(!format!("{config:?} {config:#?}").contains(SECRET));
}

#[test]
fn no_refusal_repeats_a_password() {
    let router = "[[router]]\naddress = 'h'\nuser = 'u'\n";
    let mut refusals = Vec::new();
    for wrong in [
        format!("password = {SECRET}"),
        format!("password = -{SECRET}"),
        format!("password = {SECRET}.5"),
        format!("password = {SECRET}{SECRET}{SECRET}{SECRET}"),
        format!("password = x{SECRET}"),
        format!("password = '{SECRET}"),
        format!("password = \"{SECRET}\\q\""),
        format!("password = [{SECRET}]"),
        format!("password = ['{SECRET}']"),
        format!("password = {{ a = '{SECRET}' }}"),
        format!("password: {SECRET}"),
        format!("password = '{SECRET}' '{SECRET}'"),
        format!("password = '{SECRET}'\npassword = '{SECRET}'"),
        format!("password = '{SECRET}'\nx = 1"),
        format!("pasword = '{SECRET}'"),
        format!("password = '{SECRET}'\nid = 'a b'"),
        format!("password = '{SECRET}'\n[server]\nlang = 'fr'"),
    ] {
        let error = load(&format!("{router}{wrong}"), &[], Flags::default()).unwrap_err();
        refusals.push((wrong, error));
    }
    for address in [format!("u:{SECRET}@h"), format!("h:{SECRET}"), format!("{SECRET}@h h")] {
        let file = format!("[[router]]\nuser = 'u'\naddress = '{address}'");
        refusals.push((file.clone(), load(&file, &[], Flags::default()).unwrap_err()));
        let flags = || Flags { router: Some(address.clone()), ..Flags::default() };
        refusals.push((address.clone(), load("", &[], flags()).unwrap_err()));
        refusals.push((address.clone(), load("", &[("LALIN_ROUTER", &address)], Flags::default()).unwrap_err()));
    }
    for name in ["LALIN_LISTEN", "LALIN_LANG", "LALIN_LOG_FORMAT", "LALIN_PASSWORD", "LALIN_OPEN", "LALIN_LOG"] {
        refusals.push((name.into(), load("", &[(name, SECRET)], Flags::default()).unwrap_err()));
    }
    refusals.push(("none".into(), load("", &[("LALIN_ROUTER_PASSWORD", SECRET)], Flags::default()).unwrap_err()));

    assert!(refusals.len() > 25);
    for (written, error) in refusals {
        assert!(!format!("{error} {error:?} {error:#?}").contains(SECRET), "{written} gave {error}");
    }
}

#[test]
fn a_password_that_is_no_text_is_told_to_be_quoted() {
    let file = format!("[[router]]\naddress = 'h'\nuser = 'u'\npassword = {SECRET}");
    let error = load(&file, &[], Flags::default()).unwrap_err().to_string();
    assert_eq!(error, "lalin.toml: line 4, column 12: a password stands in quotes");
}

#[test]
fn an_empty_password_is_a_password() {
    let file = "[[router]]\naddress = 'h'\nuser = 'u'\npassword = ''";
    let config = load(file, &[], Flags::default()).unwrap();
    assert_eq!(config.routers[0].password.as_ref().map(Secret::expose), Some(""));
}
