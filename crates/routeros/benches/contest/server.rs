//! A router that costs nothing: every login is good, and a print is answered with stored bytes into which the
//! command's tag is spliced. A client that asks is slower than this by far; its CPU time is nobody's.

use std::io::{Read, Write, stdin};
use std::net::{TcpListener, TcpStream};

use crate::rows::{put, reply, rows};

/// Prints the port and answers until its input ends.
pub fn run() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    let _ = stdin().read_to_end(&mut Vec::new());
}

fn answer(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut print = Print { rows: rows(), tag: Vec::new(), bytes: Vec::new() };
    print.render(b"");
    let (mut received, mut answers) = (Vec::new(), Vec::new());
    let mut chunk = [0; 16 << 10];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        received.extend_from_slice(&chunk[..read]);
        answers.clear();
        let mut sent = Ok(());
        while let Some((command, size)) = Command::read(&received) {
            match command.path.as_slice() {
                // Sent from where it is stored.
                b"/interface/print" => sent = stream.write_all(print.render(&command.tag)),
                b"/system/identity/print" => identity(&command.tag, &mut answers),
                _ => answers.extend(reply(&[], &command.tag)),
            }
            received.drain(..size);
        }
        if sent.and_then(|()| stream.write_all(&answers)).is_err() {
            return;
        }
    }
}

fn identity(tag: &[u8], to: &mut Vec<u8>) {
    let mut row = Vec::new();
    put(b"=name=bench", &mut row);
    row.push(0);
    to.extend(reply(&[row], tag));
}

/// What the server looks at: the path, and the whole tag word, empty where there is none.
struct Command {
    path: Vec<u8>,
    tag: Vec<u8>,
}

impl Command {
    /// The first command and its size, if it is whole. Every word of ours is short.
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let (mut at, mut path, mut tag) = (0, Vec::new(), Vec::new());
        loop {
            let length = usize::from(*bytes.get(at)?);
            assert!(length < 0x80, "a command with a long word");
            let word = bytes.get(at + 1..at + 1 + length)?;
            at += 1 + length;
            match word {
                b"" => return Some((Self { path, tag }, at)),
                word if path.is_empty() => path = word.to_vec(),
                word if word.starts_with(b".tag=") => tag = word.to_vec(),
                _ => {}
            }
        }
    }
}

/// The stored answer with the tag of the command before.
struct Print {
    rows: Vec<Vec<u8>>,
    tag: Vec<u8>,
    bytes: Vec<u8>,
}

impl Print {
    fn render(&mut self, tag: &[u8]) -> &[u8] {
        if tag.len() != self.tag.len() || self.bytes.is_empty() {
            self.bytes = reply(&self.rows, tag);
        } else if tag != self.tag {
            let mut at = 0;
            let rows = self.rows.iter().map(|row| (b"!re".len(), row.len()));
            for (kind, rest) in rows.chain([(b"!done".len(), 1)]) {
                // Two prefixes of one byte, the kind, then the tag.
                let begin = at + 2 + kind;
                self.bytes[begin..begin + tag.len()].copy_from_slice(tag);
                at = begin + tag.len() + rest;
            }
        }
        self.tag = tag.to_vec();
        &self.bytes
    }
}
