//! The dashboard in a real Chromium: everything is in `tests/`.
