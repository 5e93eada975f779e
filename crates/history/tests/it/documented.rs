//! The questions of `docs/reference/history.md` can be asked.

use rusqlite::{Connection, OpenFlags};

use crate::truth::{Router, record, settings};

const BEGIN: i64 = 1_793_548_800_000;

#[test]
fn the_documented_questions_have_answers() {
    let folder = crate::truth::folder();
    let history = lalin_history::History::open(settings(folder.path())).unwrap();
    let mut router = Router::new("pop-1", BEGIN, 60_000, 3);
    router.come("<pppoe-budi>", "<pppoe-budi>");
    for _ in 0..200 {
        record(&history, &history.recorder(), &router.tick());
    }
    history.compact().unwrap();
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/history.md")).unwrap();
    let questions: Vec<&str> = text.split("```sql\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    assert_eq!(questions.len(), 3);
    let path = folder.path().join("meta.db");
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    for (place, question) in questions.iter().enumerate() {
        let mut statement = database.prepare(question).unwrap();
        let rows = statement.query_map([], |_| Ok(())).unwrap().count();
        assert_eq!(rows, usize::from(place < 2), "{question}");
    }
}
