//! A long work in pieces, between which its thread waits a little: whoever answers requests meanwhile is kept from the
//! processor for a piece at most, and not for all of it.

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

/// So many rows are a piece: about a hundred microseconds.
const ROWS: usize = 128;
/// How long the thread waits. The kernel makes it about twice as long.
const PAUSE: Duration = Duration::from_micros(50);

/// A thread that waited for so long was woken late: all of the processor is wanted, and each pause may take as long.
const LATE: Duration = Duration::from_millis(1);

thread_local! {
    /// Until when this thread waits between pieces.
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Does `work`, in pieces for so long, and as long as the thread is woken in time; what is left then is done at once.
pub(super) fn in_pieces<T>(time: Duration, work: impl FnOnce() -> T) -> T {
    let _whole_again = Whole(UNTIL.replace(Instant::now().checked_add(time)));
    work()
}

/// So many rows of a work are done by now; with some of them a piece is.
pub(crate) fn rows_done(rows: usize) {
    if rows.is_multiple_of(ROWS) {
        piece_done();
    }
}

/// A piece of a work is done. Elsewhere than in [`in_pieces`] nothing happens.
pub(super) fn piece_done() {
    let begun = Instant::now();
    if waits(begun) {
        thread::park_timeout(PAUSE);
        if begun.elapsed() > LATE {
            UNTIL.set(None);
        }
    }
}

fn waits(now: Instant) -> bool {
    UNTIL.get().is_some_and(|until| now < until)
}

/// Puts back what was.
struct Whole(Option<Instant>);

impl Drop for Whole {
    fn drop(&mut self) {
        UNTIL.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_waits_between_the_pieces_of_such_a_work_alone_and_no_longer_than_it_may() {
        let now = Instant::now();
        assert!(!waits(now));
        in_pieces(Duration::from_secs(600), || {
            assert!(waits(now));
            in_pieces(Duration::ZERO, || assert!(!waits(Instant::now()), "its time is over"));
            assert!(waits(now));
            // Late or not: where nothing more is waited for, nothing is.
            (0..3).for_each(|_| piece_done());
        });
        assert!(!waits(now));
    }
}
