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

/// What a command says in both languages, standard output and standard error together.
fn both(arguments: &[&str]) -> [(Option<i32>, String); 2] {
    ["en", "id"].map(|lang| {
        let output = Lalin::new(&[arguments, &["--lang", lang]].concat()).output();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    })
}

#[test]
fn help_and_failures_are_said_in_both_languages() {
    let cases: [(&[&str], i32, &str, &str); 7] = [
        (&["--help"], 0, "Watch routers and serve", "Memantau router"),
        (&["serve", "--help"], 0, "Usage: lalin serve", "Pemakaian: lalin serve"),
        (&["help", "user", "add"], 0, "Arguments:", "Argumen:"),
        (&["check"], 64, "no router to check", "tidak ada router yang bisa diuji"),
        (&["serve", "--liste", "3000"], 2, "did you mean --listen", "maksudnya --listen"),
        (&["status", "--listen", "127.0.0.1:9"], 3, "no Lalin answers", "tidak ada Lalin di"),
        (&["user", "list"], 64, "there is no data of Lalin", "tidak ada data Lalin"),
    ];
    for (arguments, code, english, indonesian) in cases {
        let [(en_code, en), (id_code, id)] = both(arguments);
        assert_eq!((en_code, id_code), (Some(code), Some(code)), "{en}{id}");
        assert!(en.contains(english), "{en}");
        assert!(id.contains(indonesian) && !id.contains(english), "{id}");
    }
}

#[test]
fn the_language_comes_from_the_environment_where_the_call_names_none() {
    let said =
        |name: &str, value: &str| String::from_utf8(Lalin::new(&["--help"]).env(name, value).output().stdout).unwrap();
    for (name, value) in [("LALIN_LANG", "id"), ("LC_ALL", "id_ID.UTF-8"), ("LANG", "id")] {
        assert!(said(name, value).contains("Perintah:"), "{name}={value}");
    }
    assert!(said("LANG", "C.UTF-8").contains("Commands:"));
}

#[test]
fn no_data_folder_is_made_where_nobody_named_one() {
    let lalin = Lalin::new(&["user", "add", "sari"]);
    let folder = lalin.path();
    let data = folder.join("lalin-data");
    let (done, made) = lalin.output_with(b"kata sandi panjang\n", &data);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(64), "{said}");
    assert!(said.contains(data.to_str().unwrap()), "the folder that was looked into: {said}");
    assert!(said.contains(&format!("lalin user add sari --data-dir {}", data.display())), "{said}");
    assert!(!made);
}

#[test]
fn half_an_address_is_listened_on_and_others_are_told_theirs() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    for listen in [port.clone(), format!(":{port}"), format!("localhost:{port}")] {
        let taken = Lalin::new(&["serve", "--listen", &listen]).output();
        let said = String::from_utf8(taken.stderr).unwrap();
        assert!(said.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{listen}: {said}");
    }
}
