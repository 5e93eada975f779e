//! What no client over a socket can be faster than: a loop without a client around it, on a blocking socket.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::repeated;
use crate::rows::{ROWS, look, put};

/// Read at once, bytes: more is not faster.
const CHUNK: usize = 64 << 10;

/// Walks the length prefixes and looks at nothing else.
pub fn prefixes(port: u16, budget: Duration) {
    run(port, budget, |_| {});
}

/// Yields every key and value as they stand in the buffer.
pub fn pairs(port: u16, budget: Duration) {
    let mut sum = 0;
    run(port, budget, |word| {
        if let Some(pair) = word.strip_prefix(b"=") {
            let at = equals(pair);
            look(&mut sum, (&pair[..at], pair.get(at + 1..).unwrap_or_default()));
        }
    });
    black_box(sum);
}

/// Where the first `=` stands, eight bytes at a time: the fastest way there is for keys, so that the limit is one.
#[inline(always)]
fn equals(pair: &[u8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let mut at = 0;
    while let Some(eight) = pair[at..].first_chunk() {
        let zero = u64::from_le_bytes(*eight) ^ (EACH * u64::from(b'='));
        let found = zero.wrapping_sub(EACH) & !zero & (EACH << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    pair[at..].iter().position(|byte| *byte == b'=').map_or(pair.len(), |found| at + found)
}

fn run(port: u16, budget: Duration, mut each: impl FnMut(&[u8])) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; CHUNK];
    print(&mut stream, &mut buffer, &mut each);
    repeated(budget, || print(&mut stream, &mut buffer, &mut each));
}

/// One print; how many rows it had.
fn print(stream: &mut TcpStream, buffer: &mut [u8], each: &mut impl FnMut(&[u8])) -> usize {
    let mut command = Vec::new();
    put(b"/interface/print", &mut command);
    put(b".tag=1", &mut command);
    command.push(0);
    stream.write_all(&command).unwrap();
    let (mut rows, mut filled, mut first) = (0, 0, true);
    loop {
        let read = stream.read(&mut buffer[filled..]).unwrap();
        assert!(read > 0, "the server left");
        filled += read;
        let mut at = 0;
        // A word that is whole; what is left of one waits at the buffer's beginning.
        while at < filled {
            let length = usize::from(buffer[at]);
            assert!(length < 0x80);
            if at + 1 + length > filled {
                break;
            }
            let word = &buffer[at + 1..at + 1 + length];
            at += 1 + length;
            if length == 0 {
                rows += 1;
                first = true;
                if rows == ROWS + 1 {
                    return ROWS;
                }
            } else if std::mem::take(&mut first) {
                black_box(word);
            } else {
                each(word);
            }
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
    }
}
