//! The file on disk: named, found, missing, readable by others.

use std::fs;
use std::path::PathBuf;

use lalin_config::{Config, Error, Flags, Warning};

const WITH_PASSWORD: &str = "[[router]]\naddress = 'h'\nuser = 'u'\npassword = 'x'\n";

fn named(path: PathBuf) -> Flags {
    Flags { config: Some(path), ..Flags::default() }
}

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lalin.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn the_named_file_is_read_and_the_flag_wins_over_the_variable() {
    let (_folder, path) = written(WITH_PASSWORD);
    let env = [("LALIN_CONFIG".to_owned(), "/nowhere/x.toml".to_owned())];
    let (config, _) = Config::gather(env.into_iter(), named(path.clone())).unwrap();
    assert_eq!(config.routers.len(), 1);
    let env = [("LALIN_CONFIG".to_owned(), path.display().to_string())];
    let (config, _) = Config::gather(env.into_iter(), Flags::default()).unwrap();
    assert_eq!(config.routers.len(), 1);
}

#[test]
fn a_named_file_that_is_missing_or_huge_is_an_error() {
    let (folder, path) = written(&"#".repeat(2 << 20));
    let error = Config::gather(std::iter::empty(), named(path)).unwrap_err();
    assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    let error = Config::gather(std::iter::empty(), named(folder.path().join("none.toml"))).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
}

#[test]
fn without_a_file_there_are_the_defaults() {
    let (config, warnings) = Config::gather(std::iter::empty(), Flags::default()).unwrap();
    assert_eq!((config, warnings), (Config::default(), vec![]));
}

#[cfg(unix)]
#[test]
fn a_password_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let warnings = |text: &str, mode: u32| {
        let (_folder, path) = written(text);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Config::gather(std::iter::empty(), named(path)).unwrap().1
    };
    let found = warnings(WITH_PASSWORD, 0o644);
    assert!(matches!(found.as_slice(), [Warning::ReadableByOthers { .. }]), "{found:?}");
    assert!(found[0].to_string().contains("chmod 600"), "{}", found[0]);
    assert_eq!(warnings(WITH_PASSWORD, 0o640), []);
    assert_eq!(warnings("[server]\nlang = 'en' # no password", 0o644), []);
}
