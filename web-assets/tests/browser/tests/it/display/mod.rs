//! What is shown where: the list, names, languages, screens of every kind, and other people's pages.

pub(crate) mod accessibility;
mod api_page;
mod below_path;
mod choosing;
mod embedding;
mod fleet;
mod frame;
mod installed_app;
mod interface_list;
mod languages;
mod list_rows;
mod names;
mod phone_and_desktop;
mod pictures;
mod screens;
mod share;
pub(crate) mod text_boxes;
mod wall;
