//! The other sites whose pages may show the traffic, as far as an administrator named them in the page. Those of the
//! configuration file are not here.

use crate::{Error, Store};

/// The most sites.
const MOST: usize = 64;

impl Store {
    /// The origins, in the order in which they were given.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn embed_origins(&self) -> Result<Vec<String>, Error> {
        self.read(|db, _| {
            let mut all = db.prepare("SELECT origin FROM embed_origins ORDER BY place")?;
            let origins = all.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(origins)
        })
        .await
    }

    /// Keeps these origins in place of those that were kept, and returns them without repetitions.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Database`].
    pub async fn set_embed_origins(&self, origins: Vec<String>) -> Result<Vec<String>, Error> {
        let mut kept: Vec<String> = Vec::new();
        for origin in origins {
            let Ok(origin) = lalin_config::web_origin(origin) else {
                let reason = "each is a site such as https://billing.example.id: no path, no * and no capital letters";
                return Err(Error::Invalid { field: "origins", reason });
            };
            if !kept.contains(&origin) {
                kept.push(origin);
            }
        }
        if kept.len() > MOST {
            return Err(Error::Invalid { field: "origins", reason: "at most 64" });
        }
        self.write(move |db, _| {
            db.execute("DELETE FROM embed_origins", [])?;
            let mut add = db.prepare("INSERT INTO embed_origins (origin, place) VALUES (?1, ?2)")?;
            for (place, origin) in kept.iter().enumerate() {
                add.execute(rusqlite::params![origin, i64::try_from(place).unwrap_or(i64::MAX)])?;
            }
            drop(add);
            Ok(kept)
        })
        .await
    }
}
