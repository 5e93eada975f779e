//! What the tests stand on: a browser, the server, a simulated router, and the page's parts as a person finds them.

pub(crate) mod browser;
pub(crate) mod chromedriver;
pub(crate) mod eventually;
pub(crate) mod figures;
pub(crate) mod input;
pub(crate) mod list_controls;
pub(crate) mod page;
pub(crate) mod past;
pub(crate) mod proxy;
pub(crate) mod router;
pub(crate) mod series;
pub(crate) mod server;
pub(crate) mod wall_clock;
