//! A wall clock that is set while a program runs, by libfaketime (the Debian package `faketime`): the program is the one that
//! users run and knows nothing of it. Its monotonic clock is the machine's own.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

/// The wall clock of programs that are started by it.
pub struct WallClock {
    folder: TempDir,
    library: PathBuf,
}

impl WallClock {
    /// So many seconds from the machine's own.
    pub fn new(off: i64) -> Self {
        let clock = Self { folder: TempDir::new().unwrap(), library: library() };
        clock.set(off);
        clock
    }

    /// Sets it, also under a program that runs.
    pub fn set(&self, off: i64) {
        // In one piece: the program reads the file whenever it asks for the time.
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{off:+}")).unwrap();
        fs::rename(new, self.file()).unwrap();
    }

    /// What a program needs to find in its environment.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &PathBuf| path.to_str().expect("a path of plain letters").to_owned();
        vec![
            ("LD_PRELOAD", text(&self.library)),
            ("FAKETIME_TIMESTAMP_FILE", text(&self.file())),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("off")
    }
}

fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten().map(|folder| folder.path());
    let found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file());
    found.expect("libfaketime: apt-get install faketime")
}
