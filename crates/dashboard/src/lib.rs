//! The pages, their texts in Indonesian and English, and the embedded web assets.
//!
//! Knows page data only: no router, no engine. What moves on the page comes from the API, in the browser.
//!
//! ```
//! use lalin_dashboard::{Dashboard, Lang, Settings};
//!
//! let dashboard = Dashboard::new(Settings { lang: Lang::Id, version: "0.1.0", embed: Vec::new().into(), base_path: String::new(), demo: Vec::new() });
//! let app = actix_web::App::new().configure(dashboard.routes());
//! # drop(app);
//! ```

mod app;
mod assets;
mod compressed;
mod embed;
mod error;
mod lang;
mod page;
mod texts;

pub use embed::EmbedOrigins;
use error::Error;
pub use lang::{Lang, UnknownLang};
pub use page::{Dashboard, DemoAccount, Settings};
pub use texts::text;
