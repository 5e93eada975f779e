//! What becomes of the rows of a command that is run to its end: they are collected, or each is taken as it comes.
//!
//! It happens on the task that owns the connection, where a row's bytes have just arrived. Whoever takes rows one by one
//! holds none of them, so that the bytes of the next ones come into the same memory.

use tokio::sync::oneshot;

use crate::session::Chunk;
use crate::{Error, Reply, Sentence};

use super::kept_memory::KeptMemory;

/// Takes the rows of one command.
pub(crate) trait Gather: Send + 'static {
    /// What they are in the end.
    type Gathered: Send;

    /// Takes a row, a part of this chunk.
    fn row(&mut self, row: Sentence, chunk: Chunk);

    /// All have come; this is the rest of the reply.
    fn end(self, reply: Reply) -> Self::Gathered;
}

/// All rows, as they are.
#[derive(Default)]
pub(crate) struct Collected {
    rows: Vec<Sentence>,
    kept: KeptMemory,
}

impl Gather for Collected {
    type Gathered = Reply;

    fn row(&mut self, row: Sentence, chunk: Chunk) {
        self.rows.push(self.kept.keep(row, chunk, 0));
    }

    fn end(self, reply: Reply) -> Reply {
        Reply { rows: self.rows, ..reply }
    }
}

/// A value of the caller's, to which each row is given.
pub(crate) struct Fold<T, F> {
    pub(crate) value: T,
    pub(crate) each: F,
}

impl<T: Send + 'static, F: FnMut(&mut T, Sentence) + Send + 'static> Gather for Fold<T, F> {
    type Gathered = (T, Reply);

    fn row(&mut self, row: Sentence, _: Chunk) {
        (self.each)(&mut self.value, row);
    }

    fn end(self, reply: Reply) -> (T, Reply) {
        (self.value, reply)
    }
}

/// What gathers a command's rows, and who waits for them: the same for the driver, whatever is gathered.
pub(crate) trait Gathering: Send {
    fn row(&mut self, row: Sentence, chunk: Chunk);

    /// The command ended: the rest of its reply, or why there is none.
    fn end(self: Box<Self>, reply: Result<Reply, Error>);
}

/// A [`Gather`] and its caller.
pub(super) struct Gatherer<G: Gather> {
    gather: G,
    caller: oneshot::Sender<Result<G::Gathered, Error>>,
}

impl<G: Gather> Gatherer<G> {
    pub(super) fn boxed(gather: G, caller: oneshot::Sender<Result<G::Gathered, Error>>) -> Box<dyn Gathering> {
        Box::new(Self { gather, caller })
    }
}

impl<G: Gather> Gathering for Gatherer<G> {
    fn row(&mut self, row: Sentence, chunk: Chunk) {
        self.gather.row(row, chunk);
    }

    fn end(self: Box<Self>, reply: Result<Reply, Error>) {
        let Self { gather, caller } = *self;
        // It is no error if the caller is gone.
        drop(caller.send(reply.map(|reply| gather.end(reply))));
    }
}
