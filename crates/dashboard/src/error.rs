//! What can be wrong with the pages themselves.

/// The pages cannot be made. All of it is embedded, so this is a fault of the build.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A template does not compile.
    #[error("template: {0}")]
    Template(#[from] tera::Error),
    /// A language's texts cannot be read.
    #[error("texts: {0}")]
    Texts(#[from] serde_json::Error),
}
