//! `lalin simulate`: routers as the command line and its files describe them, asked over TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::program::Lalin;

/// The longest wait for an answer on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

/// Running simulated routers, ended when dropped.
struct Simulated {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Its working folder.
    _folder: TempDir,
}

impl Drop for Simulated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Simulated {
    fn start(arguments: &[&str], files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_lalin"));
        command.args(["simulate", "--port", "0"]).args(arguments).current_dir(folder.path()).env_clear();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout, _folder: folder }
    }

    /// The next line, and the address in it.
    fn router(&mut self) -> (String, String) {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let address = line.split([' ', ',']).find(|word| word.starts_with("127.0.0.1:")).map(str::to_owned);
        let address = address.unwrap_or_else(|| panic!("not an address: {line:?}"));
        (line, address)
    }
}

/// Logs in, sends one command and returns what comes until its end, as text.
fn ask(address: &str, login: [&str; 2], words: &[&str]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let [name, password] = [format!("=name={}", login[0]), format!("=password={}", login[1])];
    send(&mut stream, &["/login", &name, &password]);
    assert!(receive(&mut stream).starts_with("\u{5}!done"), "the login");
    send(&mut stream, words);
    receive(&mut stream)
}

fn send(stream: &mut TcpStream, words: &[&str]) {
    let mut bytes = Vec::new();
    for word in words {
        bytes.push(u8::try_from(word.len()).unwrap());
        bytes.extend(word.as_bytes());
    }
    bytes.push(0);
    stream.write_all(&bytes).unwrap();
}

fn receive(stream: &mut TcpStream) -> String {
    let (mut answer, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        let text = String::from_utf8_lossy(&answer);
        if text.contains("!done") && text.ends_with('\0') {
            return text.into_owned();
        }
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "closed after {answer:?}");
        answer.extend_from_slice(&piece[..read]);
    }
}

const ADMIN: [&str; 2] = ["admin", ""];
const IDENTITY: &[&str] = &["/system/identity/print"];

#[test]
fn several_routers_have_a_name_and_an_address_each() {
    let mut simulated = Simulated::start(&["--count", "3", "--identity", "Desa", "--interfaces", "2"], &[]);
    let mut addresses = std::collections::HashSet::new();
    for number in 1..=3 {
        let (line, address) = simulated.router();
        assert!(line.starts_with(&format!("Desa-{number} (simulated): ")), "{line}");
        assert!(ask(&address, ADMIN, IDENTITY).contains(&format!("=name=Desa-{number}\0")));
        addresses.insert(address);
    }
    assert_eq!(addresses.len(), 3);
}

#[test]
fn one_router_has_the_identity_and_the_user_of_the_command_line() {
    let mut simulated = Simulated::start(&["--identity", "Kantor", "--user", "budi", "--password", "padi"], &[]);
    let (_, address) = simulated.router();
    assert!(ask(&address, ["budi", "padi"], IDENTITY).contains("=name=Kantor\0"));
}

const WORLD: &str = r#"{
  "identity": "Kantor Desa",
  "users": [{ "name": "budi", "password": "padi" }],
  "interfaces": [{ "name": "sfp1", "rx": 1e6 }],
  "menus": { "/ip/address": [{ "address": "192.0.2.1/24" }] }
}"#;

const RECORDING: &str = "> /system/package/print\n>\n< !re\n< =name=routeros\n<\n< !done\n<\n";

#[test]
fn a_world_and_a_recording_come_from_files() {
    let files = [("desa.json", WORLD), ("session.txt", RECORDING)];
    let mut simulated = Simulated::start(&["--world", "desa.json", "--replay", "session.txt"], &files);
    let (line, address) = simulated.router();
    assert!(line.contains("Kantor Desa"), "{line}");
    let budi = ["budi", "padi"];
    assert!(ask(&address, budi, &["/interface/print", "=.proplist=name"]).contains("=name=sfp1\0"));
    assert!(ask(&address, budi, &["/ip/address/print"]).contains("=address=192.0.2.1/24\0"));
    assert!(ask(&address, budi, &["/system/package/print"]).contains("=name=routeros\0"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_place() {
    let cases = [
        ("--world", "{\n  \"interfaces\": [{ \"nam\": 1 }]\n}", "file.json: line 2, column 2"),
        ("--replay", "> /x\n?\n", "file.json: line 2 of the recording"),
    ];
    for (flag, text, place) in cases {
        let refused = Lalin::new(&["simulate", "--port", "0", flag, "file.json"]).file("file.json", text).output();
        let errors = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(64), "{errors}");
        assert!(errors.contains(place), "{errors}");
    }
    let missing = Lalin::new(&["simulate", "--port", "0", "--world", "none.json"]).output();
    assert_eq!(missing.status.code(), Some(64));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("none.json: "));
}
