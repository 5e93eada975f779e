//! The pages, their texts and the embedded assets.
